"""What a person can do about webhooks that do not come, as repair issues."""

from collections.abc import Collection

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from .registrar import Outcome

ISSUES = {
    Outcome.TAKEN: "webhook_slot_taken",
    Outcome.UNREACHABLE: "webhook_unreachable",
    Outcome.ABSENT: "webhook_plugin_missing",
    Outcome.CSRF: "webhook_csrf",
    Outcome.NOT_ALLOWED: "webhook_not_allowed",
}
KINDS = (*ISSUES.values(), "webhook_no_url", "webhook_silent")


@callback
def async_raise(hass: HomeAssistant, entry_id: str, key: str, kind: str, **placeholders: str) -> None:
    """Raise an issue of a service."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{kind}_{entry_id}_{key}",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=kind,
        translation_placeholders=placeholders,
    )


@callback
def async_clear(
    hass: HomeAssistant,
    entry_id: str,
    *,
    key: str | None = None,
    kinds: Collection[str] = KINDS,
    keep: Collection[str] = (),
) -> None:
    """Take back the issues of an entry, or of one of its services; `keep` are services left alone."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain != DOMAIN:
            continue
        for kind in kinds:
            prefix = f"{kind}_{entry_id}_"
            about = issue_id.removeprefix(prefix)
            if about != issue_id and key in (None, about) and about not in keep:
                ir.async_delete_issue(hass, DOMAIN, issue_id)
