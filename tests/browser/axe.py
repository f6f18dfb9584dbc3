"""axe-core, run on one element of a page."""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Locator, Page

SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (node, rules) => {
  const { violations } = await axe.run(node, { runOnly: rules });
  const told = (id, node) => `${id}: ${node.html} ${node.failureSummary}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node)));
}"""


async def violations(page: Page, element: Locator) -> list[str]:
    """Return what axe finds wrong with an element and all in it."""
    if not await page.evaluate("typeof window.axe === 'object'"):
        await page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    handle: Any = await element.element_handle()
    found: list[str] = await page.evaluate(f"([node, rules]) => ({RUN})(node, rules)", [handle, RULES])
    return found
