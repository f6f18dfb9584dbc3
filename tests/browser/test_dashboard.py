"""What Home Assistant offers: the dashboard, the card picker, the editor, the dialog, the resource."""

from playwright.async_api import expect
import pytest

from .axe import violations
from .conftest import Visit
from .scene import BLOCKED

pytestmark = pytest.mark.timeout(300)

STAGES = [
    "Cosmos Laundromat",
    "Caminandes",
    "Sintel",
    "Agent 327",
    "Monkaa",
    "Your Name.",
    "Coffee Run",
    "Spring",
]


async def test_dashboard(visit: Visit) -> None:
    """The dashboard is offered with its name and icon, and is there with a few clicks."""
    page = visit.page
    await visit.go("/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    await page.locator("ha-dialog, ha-adaptive-dialog").get_by_text("Media requests").first.click()
    create = page.get_by_role("button", name="Create", exact=True)
    await expect(create).to_be_enabled()
    listed = """async (hass) => (await hass.callWS({ type: "lovelace/dashboards/list" }))
      .map((one) => one.url_path)"""
    before = set(await visit.hass(listed))
    await create.click()
    await expect(create).to_be_hidden()
    (path,) = set(await visit.hass(listed)) - before
    await visit.go(f"/{path}")
    await expect(visit.row("Sintel")).to_be_visible()
    await expect(visit.card.locator("h2")).to_be_hidden()
    poster = await visit.row("Sintel").locator(".poster").bounding_box()
    assert poster
    assert poster["width"] > 120, "posters on a wide screen"
    await visit.hass(
        """async (hass, path) => { const all = await hass.callWS({ type: "lovelace/dashboards/list" });
          const dashboard_id = all.find((one) => one.url_path === path).id;
          await hass.callWS({ type: "lovelace/dashboards/delete", dashboard_id }); }""",
        path,
    )


async def test_picker(visit: Visit) -> None:
    """For a request's sensor the picker suggests the card, alive: this request, and all of them."""
    section = {"type": "grid", "cards": [{"type": "markdown", "content": "A card"}]}
    await visit.show(path="media-pick", type="sections", sections=[section])
    page = visit.page
    await visit.go("/media-pick/0?edit=1")
    await page.locator("hui-section, hui-grid-section").first.get_by_role("button", name="Add card").click()
    await page.get_by_placeholder("Search entities").fill("Sintel")
    await page.locator("ha-dialog, ha-adaptive-dialog").get_by_text("Sintel (2010)").first.click()
    await expect(page.get_by_text("This request")).to_be_visible()
    await expect(page.get_by_text("All requests")).to_be_visible()
    one = page.locator("status-tracker-card status-tracker-request")
    await expect(one.locator(".status")).to_contain_text("Downloading")
    await expect(page.locator("status-tracker-card .group.way:visible")).not_to_have_count(0)
    await page.get_by_role("tab", name="By card").click()
    await page.get_by_placeholder("Search cards").fill("Media requests")
    await expect(page.locator("status-tracker-card .row").first).to_be_visible()


async def test_editor(visit: Visit) -> None:
    """The editor is made of Home Assistant's own fields, named in the user's language."""
    await visit.show()
    await visit.row("Sintel").wait_for()
    form = await visit.page.evaluate(
        """() => { const form = customElements.get("status-tracker-card").getConfigForm();
          return form.schema.map((field) => [field.name, form.computeLabel(field)]); }"""
    )
    assert dict(form) == {
        "title": "Title",
        "entity": "Single request",
        "layout": "Layout",
        "filter": "Show first",
        "show_filters": "Show filters",
        "mine": "My names in Seerr",
    }
    await visit.show({"type": "custom:status-tracker-card", "layout": "sideways"})
    await expect(visit.page.locator("hui-error-card")).to_contain_text("Configuration error")


@pytest.mark.parametrize("width", [390, 1280])
async def test_dialog_of_each_stage(visit: Visit, width: int) -> None:
    """Home Assistant's dialog has our panel on top, whatever the stage, and its own history below."""
    await visit.show()
    await visit.row("Sintel").wait_for()
    for title in STAGES:
        panel = await visit.open_dialog(title)
        await expect(panel.locator(".timeline li").first).to_be_visible()
        assert await panel.locator(".status").text_content()
        await expect(visit.page.locator("ha-more-info-dialog ha-more-info-history")).to_be_attached()
        await visit.page.keyboard.press("Escape")
        await expect(panel).to_have_count(0)


async def test_dialog(visit: Visit) -> None:
    """The dialog quotes the service, lists downloads, episodes and timeline, links, and is fit for axe."""
    await visit.show()
    await visit.row("Sintel").wait_for()
    panel = await visit.open_dialog("Big Buck Bunny")
    await expect(panel.locator("blockquote")).to_contain_text(BLOCKED)
    await expect(panel.locator(".downloads .release")).to_have_text(
        "Big.Buck.Bunny.2008.1080p.WEB-DL.H264-EXAMPLE"
    )
    assert await violations(visit.page, panel) == []
    await visit.page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    panel = await visit.open_dialog("The Long Way Home")
    await expect(panel.locator(".season")).to_have_count(2)
    await expect(panel.locator(".squares li[data-tone=success]")).to_have_count(3)
    await expect(panel.locator(".season h4").first).to_contain_text("3 of 4 ready")
    await expect(panel.get_by_role("link", name="Watch")).to_have_attribute("rel", "noreferrer noopener")
    assert await violations(visit.page, panel) == []


async def test_dialog_follows(visit: Visit) -> None:
    """An open dialog shows what happens, and a refusal where it was pressed."""
    await visit.show()
    await visit.happen("not_found", title="Searched for")
    panel = await visit.open_dialog("Searched for")
    search = panel.locator("[data-action=search]")
    await visit.happen("refuse", service="radarr", path="/command")
    await search.click()
    await expect(panel.get_by_role("alert")).to_contain_text("radarr", ignore_case=True)
    await visit.happen("refuse", service="radarr")
    await search.click()
    await expect(panel.get_by_role("alert")).to_be_hidden()
    await visit.page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    panel = await visit.open_dialog("Sintel")
    await visit.happen("progress", title="Sintel", share=0.8)
    await visit.happen("service", service="status_tracker/refresh")
    await expect(panel.locator(".downloads small").first).to_contain_text("80%")
    await expect(panel.locator(".downloads small").first).to_contain_text("4.3 GB")


async def test_dialog_degrades(visit: Visit) -> None:
    """Whatever goes wrong in the panel, the dialog says the state and shows what it always does."""
    await visit.show()
    await visit.row("Sintel").wait_for()
    await visit.page.evaluate(
        """() => { const panel = customElements.get("status-tracker-request").prototype;
          panel._drawRow = () => { throw Error("no"); }; }"""
    )
    panel = await visit.open_dialog("Sintel")
    await expect(panel.locator(".plain")).to_have_text("Downloading")


@pytest.mark.parametrize("scene", [""], ids=["removed"])
async def test_removed(visit: Visit) -> None:
    """With the integration its resource goes, and only that; added again it is there again, once."""
    other = {"type": "lovelace/resources/create", "res_type": "module", "url": "/local/other.js"}
    listed = """async (hass) => (await hass.callWS({ type: "lovelace/resources" })).map((one) => one.url)"""
    await visit.show()
    await expect(visit.card.locator(".empty")).to_be_visible()
    await visit.hass("(hass, message) => hass.callWS(message)", other)
    urls = await visit.hass(listed)
    assert len([url for url in urls if url.startswith("/status_tracker/status-tracker-card.js?v=")]) == 1
    await visit.happen("remove_entry")
    assert await visit.hass(listed) == ["/local/other.js"]
    await expect(visit.card.locator(".empty")).to_be_visible()
    await visit.happen("add_entry")
    assert sorted(await visit.hass(listed)) == sorted(urls)
    await visit.show()
    await visit.happen("request", title="After all")
    await visit.happen("service", service="status_tracker/refresh")
    await expect(visit.row("After all")).to_be_visible()
    await visit.happen("delete", title="After all")
