"""The card: what it shows, how it follows, what can be pressed, and that it is fit for everybody."""

from datetime import UTC, datetime, timedelta
import re

from playwright.async_api import expect
import pytest

from custom_components.status_tracker.clients.decoding import whole_text
from custom_components.status_tracker.clients.model import NAME_MAX, clean_text

from .axe import violations
from .conftest import Visit
from .scene import BLOCKED, HOSTILE

pytestmark = pytest.mark.timeout(300)

GROUPS = {
    "needs": {"Big Buck Bunny": "error", "Cosmos Laundromat": "warning"},
    "way": {
        "Sintel": "active",
        "Tears of Steel": "active",
        "The Long Way Home": "active",
        "Monkaa": "active",
    },
    "ready": {"Coffee Run": "success", "Wing It!": "success"},
}


async def drawn(visit: Visit) -> None:
    """Wait until the card shows the household."""
    await expect(visit.row("Sintel").locator(".figure")).to_contain_text("%")
    await expect(visit.card.locator(".needs img").first).to_have_js_property("complete", value=True)


async def test_every_stage(visit: Visit) -> None:
    """Requests are grouped by what they need, each with its sentence, its steps and its poster."""
    await visit.show()
    await drawn(visit)
    for group, rows in GROUPS.items():
        for title, tone in rows.items():
            row = visit.row(title, group)
            await expect(row).to_have_attribute("data-tone", tone)
            assert await row.locator(".status").text_content()
            await row.scroll_into_view_if_needed()
            await expect(row.locator("img")).to_have_js_property("complete", value=True)
            assert await row.locator("img").evaluate("(image) => image.naturalWidth") > 100
    waiting = visit.card.locator(".group.waiting")
    await expect(waiting.locator("ul")).to_be_hidden()
    await waiting.locator(".toggle").click()
    await expect(visit.row("Spring", "waiting")).to_be_visible()
    assert not [error for error in visit.errors if "status" in error.lower()]


async def test_there_on_every_load(visit: Visit) -> None:
    """Neither the first load nor any from the cache shows an error in place of the card."""
    await visit.show()
    for _ in range(6):
        await expect(visit.row("Sintel")).to_be_visible()
        assert await visit.page.locator("hui-error-card, hui-warning").count() == 0
        await visit.page.reload(wait_until="commit")
        await visit.page.wait_for_function(
            "() => !!document.querySelector('home-assistant')?.shadowRoot", timeout=20_000
        )


async def test_follows(visit: Visit) -> None:
    """What changes is written into the row that is there; nothing moves, and nothing else is drawn."""
    await visit.show()
    await drawn(visit)
    row = visit.row("Sintel")
    await visit.row("Tears of Steel").locator(".main").focus()
    box = await row.bounding_box()
    await row.evaluate("(node) => { node.wasThere = true; }")
    for percent in (51, 55):
        await visit.happen("progress", title="Sintel", share=percent / 100)
        await expect(row.locator(".figure")).to_have_text(f"{percent}%")
    assert await row.evaluate("(node) => node.wasThere")
    assert await row.bounding_box() == box
    focused = "(node) => node.getRootNode().activeElement === node"
    assert await visit.row("Tears of Steel").locator(".main").evaluate(focused)
    await visit.happen("request", title="Asked for now")
    await expect(visit.row("Asked for now", "needs")).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "action", "service", "path", "answer"),
    [
        ("request", "approve", "seerr", "/approve", "Seerr"),
        ("request", "decline", "seerr", "/decline", "Seerr"),
        ("failed", "retry", "seerr", "/retry", "Seerr"),
    ],
)
async def test_buttons(visit: Visit, kind: str, action: str, service: str, path: str, answer: str) -> None:
    """A button that is refused says so in the row; pressed again, the row shows what came of it."""
    title = f"To {action}"
    await visit.show()
    await visit.happen(kind, title=title)
    row = visit.row(title)
    button = row.locator(f"[data-action={action}]")
    await expect(button).to_be_visible()
    await visit.happen("refuse", service=service, path=path)
    await button.click()
    await expect(row.get_by_role("alert")).to_contain_text(answer)
    await visit.happen("refuse", service=service)
    await expect(button).to_be_enabled()
    await button.click()
    await expect(button).to_be_hidden()


async def test_replace(visit: Visit) -> None:
    """Replacing asks first, naming release and size; who thinks better of it has changed nothing."""
    await visit.show()
    await visit.happen("blocked", title="To replace")
    row = visit.row("To replace")
    button = row.locator("[data-action=replace_release]")
    await button.click()
    dialog = visit.page.locator("dialog.confirm")
    await expect(dialog.locator(".release")).to_have_text("To.replace.2020.1080p.WEB-DL.H264-EXAMPLE")
    await expect(dialog.locator(".size")).to_have_text("4.3 GB")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)
    await expect(row).to_have_attribute("data-tone", "error")
    await button.click()
    await visit.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await visit.happen("refuse", service="radarr", path="/queue/")
    await button.click()
    await dialog.get_by_role("button", name="Replace release").click()
    await expect(row.get_by_role("alert")).to_contain_text("radarr", ignore_case=True)
    await visit.happen("refuse", service="radarr")
    await button.click()
    await dialog.get_by_role("button", name="Replace release").click()
    await expect(button).to_be_hidden(timeout=40_000)


ADD_FORECAST = """async ({ connection }, forecast) => {
  const send = connection.sendMessagePromise.bind(connection);
  connection.sendMessagePromise = async (message) => {
    const answer = await send(message);
    return message.type === "status_tracker/request" ? { ...answer, forecast } : answer;
  };
}"""


async def test_forecast(visit: Visit) -> None:
    """The dialog tells the forecast of `get_request` and what it rests on, nothing without one."""
    await visit.show()
    panel = await visit.open_dialog("Sintel")
    await expect(panel.locator(".timeline li").first).to_be_visible()
    await expect(panel.locator("section.forecast")).to_have_count(0)
    at = datetime.now(UTC) + timedelta(days=400)
    await visit.hass(ADD_FORECAST, {"at": at.isoformat(), "seconds": 7200, "journeys": 12})
    await visit.page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    panel = await visit.open_dialog("Sintel")
    told = panel.locator("section.forecast p")
    await expect(told).to_contain_text("Probably available: ")
    await expect(told).to_contain_text("based on 12 earlier requests")
    await expect(told).to_contain_text(str(at.year))


async def test_scan_library(visit: Visit) -> None:
    """The dialog of what waits for the library scans it; a refusal is shown until the next try."""
    await visit.show()
    await drawn(visit)
    panel = await visit.open_dialog("Your Name.")
    button = panel.locator("[data-action=rescan_library]")
    await visit.happen("refuse", service="jellyfin", path="/ScheduledTasks/Running")
    await button.click()
    await expect(panel.get_by_role("alert")).to_contain_text("jellyfin", ignore_case=True)
    await visit.happen("refuse", service="jellyfin")
    await expect(button).to_be_enabled()
    await button.click()
    await expect(panel.get_by_role("alert")).to_be_hidden()


async def test_filters(visit: Visit) -> None:
    """Each filter shows what it says; mine are those under the names of the user."""
    await visit.show({"type": "custom:status-tracker-card", "mine": ["Bob"]})
    await drawn(visit)
    await visit.card.locator("[data-filter=mine]").click()
    await expect(visit.row("Tears of Steel")).to_be_visible()
    await expect(visit.row("Sintel")).to_have_count(0)
    await visit.card.locator("[data-filter=ready]").click()
    await expect(visit.row("Coffee Run")).to_be_visible()
    await expect(visit.card.locator(".group:visible")).to_have_count(1)
    await visit.card.locator("[data-filter=needs]").click()
    await expect(visit.card.locator("[data-filter=needs]")).to_have_attribute("aria-pressed", "true")
    await expect(visit.row("Big Buck Bunny")).to_be_visible()
    await expect(visit.card.locator(".group:visible")).to_have_count(1)


def shown(title: str) -> str:
    """Return a title as it is shown."""
    return " ".join(clean_text(whole_text(title))[:NAME_MAX].split())


async def test_hostile_titles(visit: Visit) -> None:
    """Whatever a title, a name or a service's message holds, it is shown as text."""
    await visit.show()
    await visit.happen("hostile")
    for title in HOSTILE:
        await expect(visit.row(shown(title))).to_be_visible()
    panel = await visit.open_dialog("Quoted")
    await expect(panel.locator("blockquote")).to_contain_text("<img src=x onerror")
    assert await visit.page.evaluate("window.hacked") is None
    assert await visit.page.locator("status-tracker-card .row img:not([src^='/api/'])").count() == 0
    wide = "(card) => card.scrollWidth <= card.clientWidth && document.body.scrollWidth <= innerWidth"
    assert await visit.card.evaluate(wide)
    await visit.happen("peace")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_for_everybody(visit: Visit, width: int) -> None:
    """Nothing for axe to find, and everything that is pressed is large enough for a thumb."""
    await visit.show()
    await drawn(visit)
    assert await violations(visit.page, visit.card) == []
    boxes = await visit.card.locator("button:visible").evaluate_all(
        "(buttons) => buttons.map((one) => [one.className, one.offsetWidth, one.offsetHeight])"
    )
    assert [box for box in boxes if min(box[1:]) < 44] == []


async def test_by_keyboard(visit: Visit) -> None:
    """Every row and button is reached by Tab, and Enter opens the dialog."""
    await visit.show()
    await drawn(visit)
    await visit.card.locator("[data-filter=all]").focus()
    reached = set()
    for _ in range(40):
        await visit.page.keyboard.press("Tab")
        reached.add(
            await visit.card.evaluate(
                """({ shadowRoot: { activeElement: node } }) =>
                  node && (node.dataset.action ?? node.closest(".row")?.dataset.key ?? node.className)"""
            )
        )
    assert {"approve", "decline", "replace_release", "toggle"} <= reached
    await visit.row("Sintel").locator(".main").focus()
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("ha-more-info-dialog status-tracker-request")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("Braucht dich", "Genehmigen")),
        ("ja", ("対応が必要", "承認")),
        ("he", ("Needs attention", "Approve")),
    ],
)
async def test_languages(visit: Visit, language: str, words: tuple[str, str]) -> None:
    """The card speaks the user's language, English where it has no other, from right to left as well."""
    await visit.show()
    await visit.page.wait_for_function(
        "(language) => document.querySelector('home-assistant')?.hass?.language === language", arg=language
    )
    group, button = words
    await expect(visit.card.locator(".needs .toggle")).to_contain_text(group)
    await expect(visit.card.get_by_role("button", name=button).first).to_be_visible()
    poster = await visit.row("Big Buck Bunny").locator(".poster").bounding_box()
    title = await visit.row("Big Buck Bunny").locator(".title").bounding_box()
    assert poster
    assert title
    assert (poster["x"] > title["x"]) is (language == "he")


async def test_theme_follows(visit: Visit) -> None:
    """A change of theme changes the card at once."""
    await visit.show()
    await drawn(visit)
    colour = "(card) => getComputedStyle(card.shadowRoot.querySelector('.title')).color"
    light = await visit.card.evaluate(colour)
    await visit.page.emulate_media(color_scheme="dark")
    await visit.page.wait_for_function(
        "([old]) => getComputedStyle(document.querySelector('home-assistant')).getPropertyValue("
        "'--primary-text-color') !== old",
        arg=[light],
    )
    await visit.page.wait_for_timeout(500)
    assert await visit.card.evaluate(colour) != light


async def test_a_service_down(visit: Visit) -> None:
    """The card says who does not answer, and stops saying it when it is back."""
    await visit.show()
    await drawn(visit)
    notice = visit.card.locator(".notice")
    await visit.happen("down", service="qbittorrent")
    await expect(notice).to_contain_text("qBittorrent", timeout=90_000)
    await expect(visit.row("Sintel")).to_be_visible()
    await visit.happen("heal", service="qbittorrent")
    await visit.happen("service", service="status_tracker/refresh")
    await expect(notice).to_be_hidden(timeout=90_000)


async def test_one_request(visit: Visit) -> None:
    """A card of a single request shows all there is of it."""
    await visit.show()
    entity_id = await visit.entity_id("Big Buck Bunny")
    await visit.show({"type": "custom:status-tracker-card", "entity": entity_id})
    panel = visit.card.locator("status-tracker-request")
    await expect(panel.locator("blockquote")).to_contain_text(BLOCKED)
    await expect(panel.locator(".downloads li")).to_have_count(1)
    await expect(panel.locator("[data-action=replace_release]")).to_be_visible()


@pytest.mark.parametrize("scene", [""], ids=["empty"])
async def test_nothing_to_show(visit: Visit) -> None:
    """Without requests the card says so; without the integration it says that."""
    await visit.show()
    await expect(visit.card.locator(".empty")).to_contain_text("No requests in progress")
    link = visit.card.get_by_role("link", name="Open in Seerr")
    await expect(link).to_have_attribute("href", re.compile("^http://"))
    await expect(visit.card.locator(".group:visible")).to_have_count(0)
