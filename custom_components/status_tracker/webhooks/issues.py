"""Repair issues about webhooks."""

from collections.abc import Collection, Sequence

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.loader import async_get_loaded_integration

from ..const import DOMAIN
from .registrar import Outcome

ISSUES = {
    Outcome.TAKEN: "webhook_slot_taken",
    Outcome.ABSENT: "webhook_plugin_missing",
    Outcome.CSRF: "webhook_csrf",
    Outcome.NOT_ALLOWED: "webhook_not_allowed",
}
KINDS = (*ISSUES.values(), "webhook_silent")
LATE = "webhooks_late"


@callback
def async_raise(hass: HomeAssistant, entry_id: str, key: str, kind: str, **placeholders: str) -> None:
    """Create an issue of a service."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{kind}_{entry_id}_{key}",
        is_fixable=False,
        learn_more_url=troubleshooting(hass),
        severity=ir.IssueSeverity.WARNING,
        translation_key=kind,
        translation_placeholders=placeholders,
    )


def troubleshooting(hass: HomeAssistant) -> str:
    """Return the URL of the troubleshooting documentation."""
    return f"{async_get_loaded_integration(hass, DOMAIN).documentation}#troubleshooting"


@callback
def async_raise_late(hass: HomeAssistant, entry_id: str, services: Sequence[str]) -> None:
    """Create the issue of an entry with services that cannot reach Home Assistant."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{LATE}_{entry_id}",
        data={"entry_id": entry_id},
        is_fixable=True,
        learn_more_url=troubleshooting(hass),
        severity=ir.IssueSeverity.WARNING,
        translation_key=LATE if len(services) > 1 else "webhook_late",
        translation_placeholders={"count": str(len(services)), "services": ", ".join(services)},
    )


@callback
def async_clear_late(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the issue of an entry with services that could not reach Home Assistant."""
    ir.async_delete_issue(hass, DOMAIN, f"{LATE}_{entry_id}")


@callback
def async_is_late(hass: HomeAssistant, entry_id: str) -> bool:
    """Return whether that issue exists."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{LATE}_{entry_id}") is not None


@callback
def async_clear(
    hass: HomeAssistant,
    entry_id: str,
    *,
    key: str | None = None,
    kinds: Collection[str] = KINDS,
    keep: Collection[str] = (),
) -> None:
    """Delete the issues of an entry or one of its services; `keep` are services whose issues remain."""
    if key is None and not keep:
        async_clear_late(hass, entry_id)
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain != DOMAIN:
            continue
        for kind in kinds:
            prefix = f"{kind}_{entry_id}_"
            about = issue_id.removeprefix(prefix)
            if about != issue_id and key in (None, about) and about not in keep:
                ir.async_delete_issue(hass, DOMAIN, issue_id)
