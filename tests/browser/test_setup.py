"""The flow in a real browser: from "Add integration" to the dashboard, with every kind of wrong address."""

import re

from playwright.async_api import Locator, expect
import pytest

from .conftest import Visit

pytestmark = pytest.mark.timeout(300)


class Flow:
    """The dialog of the flow."""

    def __init__(self, visit: Visit) -> None:
        """Look at the dialog of a page."""
        self.page = visit.page
        self.dialog = visit.page.locator("dialog-data-entry-flow")

    def field(self, name: str) -> Locator:
        """Return a text field."""
        return self.dialog.locator(f'wa-input[name="{name}"] input').first

    def alert(self, text: str) -> Locator:
        """Return an error."""
        return self.dialog.locator("ha-alert").get_by_text(text)

    async def submit(self, **typed: str) -> None:
        """Type into fields and submit."""
        for name, text in typed.items():
            await self.field(name).fill(text)
        await self.dialog.get_by_role("button", name="Submit", exact=True).click()

    async def at(self, title: str) -> None:
        """Wait for a step."""
        await expect(self.dialog.get_by_text(title, exact=True).first).to_be_visible()


async def error_belongs_to(flow: Flow, text: str, field: str) -> None:
    """Check that an error is shown directly above its field."""
    alert = await flow.alert(text).first.bounding_box()
    place = await flow.field(field).bounding_box()
    assert alert
    assert place
    assert 0 < place["y"] - alert["y"] < 120


@pytest.fixture(name="scene")
def scene_fixture() -> str:
    """A household in which nothing was requested: other tests keep theirs."""
    return ""


async def test_from_add_integration_to_the_dashboard(visit: Visit) -> None:
    """Nobody has to read anything, and no wrong address is a dead end."""
    page, flow = visit.page, Flow(visit)
    await visit.happen("remove_entry")
    logins = await visit.happen("logins")
    seerr, radarr = logins["seerr"], logins["radarr-hd"]

    await visit.go("/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").first.click()
    await page.locator("dialog-add-integration input").first.fill("seerr")
    await page.get_by_text("Status Tracker for Seerr").first.click()
    await flow.at("Connect Seerr")

    await flow.submit(url="http://127.0.0.1:1", api_key=seerr["api_key"])
    await expect(flow.alert("Failed to connect. Check the host")).to_be_visible()
    await error_belongs_to(flow, "Failed to connect. Check the host", "url")
    await flow.submit(url=radarr["url"])
    await expect(flow.alert("A different service")).to_be_visible()
    await flow.submit(url=f"{seerr['url'].replace('http:', 'https:')}/settings/main")
    await expect(flow.alert("Submit again to use it")).to_be_visible()
    await expect(flow.field("url")).to_have_value(seerr["url"])
    await flow.submit(api_key="wrong")
    await expect(flow.alert("Invalid authentication")).to_be_visible()
    await error_belongs_to(flow, "Invalid authentication", "api_key")

    await visit.happen("down", service="radarr")
    await flow.submit(url=f"{seerr['url']}/requests?filter=all#top", api_key=seerr["api_key"])
    await flow.at("Services found")
    await expect(flow.dialog.get_by_text("Without Jellyfin")).to_be_visible()
    boxes = flow.dialog.get_by_role("checkbox")
    await expect(boxes).to_have_count(5)
    assert [await box.is_checked() for box in await boxes.all()] == [False, True, True, True, True]
    await boxes.first.click(force=True)
    await flow.submit()

    await flow.at("Correct Radarr")
    await expect(flow.alert("Failed to connect.")).to_be_visible()
    await expect(flow.field("url")).to_have_value(radarr["url"])
    await visit.happen("heal", service="radarr")
    await flow.submit(url=f"{radarr['url']}/settings/general")

    await flow.at("Log in to qBittorrent")
    await expect(flow.field("api_key")).to_be_visible()
    await flow.submit(password="wrong")
    await expect(flow.alert("Invalid authentication")).to_be_visible()
    await error_belongs_to(flow, "Invalid authentication", "password")
    await flow.submit(password="adminadmin")

    # Here Home Assistant listens on loopback alone, and the services cannot call the address that it knows
    await flow.at("How services reach Home Assistant")
    await flow.submit(callback_url="http://127.0.0.1:1")
    await expect(flow.alert("cannot reach Home Assistant at this URL")).to_be_visible()
    await flow.submit(callback_url=f"{logins['home_assistant']['url']}/")

    links = flow.dialog.locator("ha-markdown a")
    await expect(links).to_have_count(3)
    await expect(flow.dialog.get_by_text("Status Tracker", exact=True)).to_be_visible()
    await links.get_by_text("dashboard").click()
    await page.wait_for_url(re.compile(r"/config/lovelace/dashboards(\?group=\w+)?$"))  # added once it shows
    await visit.go("/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    await page.locator("ha-dialog, ha-adaptive-dialog").get_by_text("Media requests").first.click()
    listed = """async (hass) => (await hass.callWS({ type: "lovelace/dashboards/list" }))
      .map((one) => one.url_path)"""
    before = set(await visit.hass(listed))
    create = page.get_by_role("button", name="Create", exact=True)
    await create.click()
    await expect(create).to_be_hidden()
    (path,) = set(await visit.hass(listed)) - before
    await visit.go(f"/{path}")
    await visit.happen("request", title="Asked for at last")
    await expect(visit.row("Asked for at last")).to_be_visible()
    issues = """async (hass) => (await hass.callWS({ type: "repairs/list_issues" })).issues
      .filter((one) => one.domain === "status_tracker").map((one) => one.translation_key)"""
    assert await visit.hass(issues) == []


SET_UP_WITHOUT_WEBHOOKS = """async (hass, seerr, qbittorrent) => {
  const path = "config/config_entries/flow";
  let step = await hass.callApi("POST", path, { handler: "status_tracker" });
  const next = async (typed) => (step = await hass.callApi("POST", `${path}/${step.flow_id}`, typed));
  await next({ ...seerr, verify_ssl: true });
  await next({ services: step.data_schema[0].default });
  if (step.step_id === "qbittorrent") await next({ url: qbittorrent.url, skip: true });
  await next({ callback_url: "", skip: true });
  return step.type;
}"""


async def test_late_updates_are_repaired_in_place(visit: Visit) -> None:
    """Who skipped the test of the webhooks finds one repair, whose dialog takes the address that works."""
    page = visit.page
    await visit.go("/config/repairs")
    await page.wait_for_function("document.querySelector('home-assistant')?.hass?.user")
    await visit.happen("remove_entry")
    logins = await visit.happen("logins")
    made = await visit.hass(SET_UP_WITHOUT_WEBHOOKS, logins["seerr"], logins["qbittorrent"])
    assert made == "create_entry"

    issue = page.get_by_text("Updates from 5 services")
    await issue.first.click()
    flow = Flow(visit)
    await expect(flow.dialog.get_by_text("Sonarr 4k")).to_be_visible()
    await expect(flow.field("callback_url")).not_to_have_value("")
    await flow.submit(callback_url="http://127.0.0.1:1")
    await expect(flow.alert("cannot reach Home Assistant at this URL")).to_be_visible()
    await flow.submit(callback_url=logins["home_assistant"]["url"])
    await expect(flow.field("callback_url")).to_be_hidden()
    await expect(flow.dialog.get_by_text("The issue is repaired!")).to_be_visible()
    await visit.go("/config/repairs")
    await expect(page.get_by_text("There are currently no repairs pending")).to_be_visible()
    await expect(issue).to_have_count(0)
