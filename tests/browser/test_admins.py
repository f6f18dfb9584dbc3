"""The card of a user who is no administrator."""

from playwright.async_api import Browser, expect
import pytest

from .conftest import Home, Visit, logged_in

pytestmark = pytest.mark.timeout(300)

ADD_USER = """async (hass) => {
  const child = { name: "Child", group_ids: ["system-users"] };
  const { user } = await hass.callWS({ type: "config/auth/create", ...child });
  const login = { user_id: user.id, username: "child", password: "child" };
  await hass.callWS({ type: "config/auth_provider/homeassistant/create", ...login });
}"""


async def other_login(visit: Visit) -> Home:
    """Add a user who is no administrator, and return the same house as that user opens it."""
    await visit.hass(ADD_USER)
    url, request = visit.home.url, visit.page.request
    client = {"client_id": f"{url}/"}
    start = {**client, "handler": ["homeassistant", None], "redirect_uri": f"{url}/"}
    flow = (await (await request.post(f"{url}/auth/login_flow", data=start)).json())["flow_id"]
    typed = {**client, "username": "child", "password": "child"}
    code = (await (await request.post(f"{url}/auth/login_flow/{flow}", data=typed)).json())["result"]
    form = {**client, "grant_type": "authorization_code", "code": code}
    token = await (await request.post(f"{url}/auth/token", form=form)).json()
    tokens = {**token, "hassUrl": url, "clientId": f"{url}/", "expires": 2**53}
    home = visit.home
    return Home({"url": url, "control": home.control, "tokens": tokens, "config": str(home.config)})


async def test_offers_nothing_that_is_refused(visit: Visit, browser: Browser) -> None:
    """An administrator can approve; another user sees the same requests without a button."""
    await visit.show()
    row = visit.row("Cosmos Laundromat")
    await expect(row.get_by_role("button", name="Approve")).to_be_visible()
    context = await logged_in(browser, await other_login(visit))
    other = Visit(await context.new_page(), visit.home)
    await other.go("/media-test")
    await other.page.locator(".group.waiting .toggle").click()
    await expect(other.row("Cosmos Laundromat")).to_be_visible()
    await expect(other.row("Sintel")).to_be_visible()
    await expect(other.page.locator("status-tracker-card .row .action")).to_have_count(0)
    refused = """async (hass) => {
      const one = Object.values(hass.states).find((state) => state.attributes.title === "Cosmos Laundromat");
      try { await hass.callService("status_tracker", "approve", {}, { entity_id: one.entity_id }, false); }
      catch (err) { return err.message; }
    }"""
    assert "Only administrators" in await other.hass(refused)
    await expect(row.get_by_role("button", name="Approve")).to_be_visible()
    await context.close()
