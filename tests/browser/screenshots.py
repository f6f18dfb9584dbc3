"""Make the pictures of the README: python -m tests.browser.screenshots FOLDER."""

import asyncio
from pathlib import Path
import sys
import tempfile

from playwright.async_api import Browser, async_playwright

from .conftest import CHROMIUM, FLAGS, Home, Visit, logged_in, start_house

CARD = {"type": "custom:status-tracker-card", "mine": ["Alice"]}
WALL = {**CARD, "title": ""}


async def shoot(browser: Browser, home: Home, folder: Path, name: str, width: int, height: int) -> None:
    """Make one picture: `dashboard`, `phone` or `dialog`, dark where its name says so."""
    context = await logged_in(browser, home, width=width, height=height, dark=name.endswith("dark"), scale=2)
    visit = Visit(await context.new_page(), home)
    wide = name.startswith("dashboard")
    view = {"title": "Media requests", "type": "panel"} if wide else {"title": "Media requests"}
    await visit.show(WALL if wide else CARD, path="media-requests", **view)
    await visit.row("Sintel").wait_for()
    if name.startswith("dialog"):
        panel = await visit.open_dialog("Big Buck Bunny")
        await panel.locator(".timeline li").first.wait_for()
    await visit.page.wait_for_timeout(2500)  # posters, fonts and the dialog's way in
    await visit.page.screenshot(path=folder / f"{name}.png")
    await context.close()


async def main(folder: Path) -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as logs:
        process, home = start_house(Path(logs), "every_stage")
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                for name, width, height in (
                    ("dashboard", 1180, 800),
                    ("dashboard-dark", 1180, 800),
                    ("phone", 390, 844),
                    ("dialog", 390, 844),
                ):
                    await shoot(browser, home, folder, name, width, height)
                await browser.close()
        finally:
            process.terminate()
            process.wait(60)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(target))
