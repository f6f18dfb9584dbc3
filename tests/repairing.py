"""The repairs page, for tests of the issues that can be fixed there."""

from http import HTTPStatus
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.issue_registry import IssueEntry
from homeassistant.setup import async_setup_component
import pytest

from custom_components.status_tracker.const import DOMAIN


class Person:
    """Somebody in front of the repairs page."""

    def __init__(self, hass: HomeAssistant, client: Any) -> None:
        """Sit down."""
        self.hass = hass
        self.client = client
        self.http: Any = None

    @property
    def offers(self) -> list[IssueEntry]:
        """The issues that can be fixed with a click."""
        issues = ir.async_get(self.hass).issues.values()
        return [one for one in issues if one.domain == DOMAIN and one.is_fixable and one.active]

    async def post(self, path: str, **data: Any) -> dict[str, Any]:
        """Post to the repairs."""
        self.http = self.http or await self.client()
        answer = await self.http.post(f"/api/repairs/issues/fix{path}", json=data)
        assert answer.status == HTTPStatus.OK
        told: dict[str, Any] = await answer.json()
        return told

    async def open(self, issue: IssueEntry) -> dict[str, Any]:
        """Open an issue; the form is shown."""
        return await self.post("", handler=DOMAIN, issue_id=issue.issue_id)

    async def submit(self, form: dict[str, Any], **typed: Any) -> dict[str, Any]:
        """Submit a form."""
        told = await self.post(f"/{form['flow_id']}", **typed)
        await self.hass.async_block_till_done()
        return told


@pytest.fixture(name="person")
async def person_fixture(hass: HomeAssistant, hass_client: Any) -> Person:
    """Come before the server listens, which takes no new views then."""
    assert await async_setup_component(hass, "repairs", {})
    return Person(hass, hass_client)
