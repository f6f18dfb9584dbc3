"""A browser and a Home Assistant for it, skipped with a word where one of them cannot be had."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
import json
from pathlib import Path
import shutil
import signal
import subprocess
import time
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect
import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-demo/bin/python"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
START_LIMIT = 240.0
PATIENCE = 20_000  # milliseconds
expect.set_options(timeout=PATIENCE)
DASHBOARD = "media-test"

ARRANGE = """async ([path, config]) => {
  const { hass } = document.querySelector("home-assistant");
  const all = await hass.callWS({ type: "lovelace/dashboards/list" });
  if (!all.some((one) => one.url_path === path)) {
    await hass.callWS({ type: "lovelace/dashboards/create", url_path: path, title: "Test", mode: "storage" });
  }
  await hass.callWS({ type: "lovelace/config/save", url_path: path, config });
}"""


class Home:
    """The process with the household and Home Assistant, as described by its line of JSON."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        """Take what it told."""
        self.url: str = told["url"]
        self.control: str = told["control"]
        self.tokens: dict[str, Any] = told["tokens"]
        self.config = Path(told["config"])


class Visit:
    """A page of a logged-in browser, and what can be done from it."""

    def __init__(self, page: Page, home: Home) -> None:
        """Take both; errors on the page are kept."""
        self.page, self.home = page, home
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda told: self.errors.append(told.text) if told.type == "error" else None)

    async def happen(self, name: str, **arguments: Any) -> Any:
        """Have something happen in the household: a method of `Scene`, or of the control itself."""
        response = await self.page.request.post(f"{self.home.control}/{name}", data=arguments)
        assert response.ok, await response.text()
        return await response.json()

    async def go(self, path: str) -> None:
        """Open a page of Home Assistant."""
        await self.page.goto(self.home.url + path)

    async def hass(self, script: str, *arguments: Any) -> Any:
        """Run an async function of `hass` in the page."""
        call = f"(args) => ({script})(document.querySelector('home-assistant').hass, ...args)"
        return await self.page.evaluate(call, list(arguments))

    async def show(self, *cards: dict[str, Any], path: str = DASHBOARD, **view: Any) -> None:
        """Open a dashboard with these cards, one card of requests if there are none."""
        if not self.page.url.startswith(self.home.url):
            await self.go("/profile")
            await self.page.wait_for_function("document.querySelector('home-assistant')?.hass?.user")
        chosen = list(cards) or [{"type": "custom:status-tracker-card"}]
        await self.page.evaluate(ARRANGE, [path, {"views": [{"cards": chosen, **view}]}])
        await self.go(f"/{path}")

    @property
    def card(self) -> Locator:
        """The card of requests."""
        return self.page.locator("status-tracker-card").first

    def row(self, title: str, group: str = "") -> Locator:
        """The row of a request, in a group if that is given."""
        exact = self.page.locator(".title").get_by_text(title, exact=True)
        within = f".group.{group} .row" if group else ".row"
        return self.page.locator(f"status-tracker-card {within}", has=exact)

    async def entity_id(self, title: str) -> str:
        """The sensor of a request, as soon as there is one."""
        script = """(title) => Object.values(document.querySelector("home-assistant")?.hass?.states ?? {})
          .find((one) => one.entity_id.startsWith("sensor.") && one.attributes.title === title)?.entity_id"""
        found = await self.page.wait_for_function(script, arg=title)
        entity_id: str = await found.json_value()
        return entity_id

    async def open_dialog(self, title: str) -> Locator:
        """Open Home Assistant's dialog of a request; return our panel in it."""
        entity_id = await self.entity_id(title)
        await self.page.evaluate(
            """(entityId) => document.querySelector("home-assistant").dispatchEvent(
              new CustomEvent("hass-more-info", { bubbles: true, composed: true, detail: { entityId } }))""",
            entity_id,
        )
        panel = self.page.locator("ha-more-info-dialog status-tracker-request")
        await panel.wait_for()
        return panel


def start_house(folder: Path, scene: str) -> tuple[subprocess.Popen[bytes], Home]:
    """Start the process and wait for its line."""
    out, err = folder / "out.json", folder / "err.txt"
    with out.open("w") as told, err.open("w") as log:
        process = subprocess.Popen(
            [PYTHON, "-m", "tests.browser.house", "--scene", scene], cwd=ROOT, stdout=told, stderr=log
        )
    deadline = time.monotonic() + START_LIMIT
    while not (text := out.read_text()).endswith("\n"):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"Home Assistant did not start: {err.read_text()[-2000:]}")
        time.sleep(0.2)
    return process, Home(json.loads(text))


async def logged_in(
    browser: Browser,
    home: Home,
    *,
    width: int = 1280,
    height: int = 900,
    language: str = "en",
    dark: bool = False,
    scale: float = 1,
) -> BrowserContext:
    """Return a window of a browser in which somebody is logged in."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        device_scale_factor=scale,
        locale="en-US",
    )
    stored = {
        "hassTokens": json.dumps(home.tokens),
        "dockedSidebar": '"always_hidden"',
        "selectedLanguage": json.dumps(language),
    }
    await context.add_init_script(
        f"for (const [key, value] of Object.entries({json.dumps(stored)})) localStorage.setItem(key, value);"
    )
    return context


@pytest.fixture(scope="session")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Home]]:
    """The processes by their scene, each started by the first test that wants it."""
    if not PYTHON.exists():
        pytest.skip("no .venv-demo: script/test makes it")
    if not CHROMIUM:
        pytest.skip("no chromium")
    processes: list[subprocess.Popen[bytes]] = []

    class Houses(dict[str, Home]):
        """Starts what is missing."""

        def __missing__(self, scene: str) -> Home:
            """Start it."""
            process, self[scene] = start_house(tmp_path_factory.mktemp(scene or "empty"), scene)
            processes.append(process)
            return self[scene]

    yield Houses()
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(name="expected_lingering_tasks")
def expected_lingering_tasks_fixture() -> bool:
    """Playwright ends its tasks after the test has."""
    return True


@pytest.fixture(name="expected_lingering_timers")
def expected_lingering_timers_fixture() -> bool:
    """And its timers."""
    return True


@pytest.fixture(name="browser")
async def browser_fixture(socket_enabled: None, houses: dict[str, Home]) -> AsyncIterator[Browser]:
    """Start the browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()
    await asyncio.sleep(0)


@pytest.fixture(name="scene")
def scene_fixture() -> str:
    """What there is in the household at first; a test can choose."""
    return "every_stage"


@pytest.fixture(name="width")
def width_fixture() -> int:
    """How wide the window is."""
    return 1280


@pytest.fixture(name="language")
def language_fixture() -> str:
    """What the browser speaks."""
    return "en"


@pytest.fixture(name="dark")
def dark_fixture() -> bool:
    """Whether the browser prefers a dark theme."""
    return False


@pytest.fixture(name="visit")
async def visit_fixture(
    browser: Browser, houses: dict[str, Home], scene: str, width: int, language: str, dark: bool
) -> AsyncIterator[Visit]:
    """Return a page that is logged in."""
    home = houses[scene]
    context = await logged_in(browser, home, width=width, language=language, dark=dark)
    visit = Visit(await context.new_page(), home)
    yield visit
    await context.close()
