"""The fields of every form, and what becomes of what a person typed."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.const import CONF_API_KEY, CONF_PASSWORD, CONF_URL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from ..clients.errors import ClientError, InvalidUrl
from ..clients.http import normalise_url
from ..const import CONF_LINK_URL, CONF_SKIP, LOGGER
from ..pipeline.enums import Service
from .client_factory import Probe, async_exchange, async_probe, build_client

SECRETS = (CONF_API_KEY, CONF_PASSWORD)
CREDENTIALS = (CONF_API_KEY, CONF_USERNAME, CONF_PASSWORD)

_URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL, autocomplete="url"))
_SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
_TEXT = TextSelector(TextSelectorConfig(type=TextSelectorType.TEXT, autocomplete="off"))


def credential_fields(service: Service, *, stored: bool = False) -> dict[probatio.Marker, Any]:
    """Return the fields of a service's credentials; those that are stored need not be typed again."""
    if service in (Service.QBITTORRENT, Service.SHOKO):
        return {
            probatio.Optional(CONF_USERNAME): _TEXT,
            probatio.Optional(probatio.Secret(CONF_PASSWORD)): _SECRET,
            probatio.Optional(probatio.Secret(CONF_API_KEY)): _SECRET,
        }
    needed = probatio.Optional if stored else probatio.Required
    return {needed(probatio.Secret(CONF_API_KEY)): _SECRET}


def service_schema(service: Service, *, stored: bool = False) -> probatio.Schema:
    """Return the form of a service: address, credentials, certificate, of Jellyfin the address for links."""
    return probatio.Schema(
        {
            probatio.Required(CONF_URL): _URL,
            **credential_fields(service, stored=stored),
            probatio.Required(CONF_VERIFY_SSL, default=True): BooleanSelector(),
            **({probatio.Optional(CONF_LINK_URL): _URL} if service is Service.JELLYFIN else {}),
        }
    )


def credential_schema(service: Service) -> probatio.Schema:
    """Return the form that asks for new credentials alone."""
    return probatio.Schema(credential_fields(service))


def found_client_schema() -> probatio.Schema:
    """Return the form of a qBittorrent that an *arr names."""
    return probatio.Schema(
        {
            probatio.Required(CONF_URL): _URL,
            probatio.Optional(CONF_USERNAME): _TEXT,
            probatio.Optional(probatio.Secret(CONF_PASSWORD)): _SECRET,
            probatio.Required(CONF_VERIFY_SSL, default=True): BooleanSelector(),
            probatio.Required(CONF_SKIP, default=False): BooleanSelector(),
        }
    )


def shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of stored data a form may show again: all but secrets."""
    return {key: value for key, value in data.items() if key not in SECRETS}


def tidy(
    service: Service, user_input: Mapping[str, Any], stored: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return how to reach a service, a secret left empty being the stored one; raises InvalidUrl.

    For qBittorrent an empty user name means no login, so no stored password is taken over then.
    """
    old = stored or {}
    typed = {
        key: value.strip() if isinstance(value, str) and key != CONF_PASSWORD else value
        for key, value in user_input.items()
    }
    data: dict[str, Any] = {
        CONF_URL: normalise_url(typed[CONF_URL]),
        CONF_VERIFY_SSL: typed.get(CONF_VERIFY_SSL, True),
    }
    if typed.get(CONF_LINK_URL):
        data[CONF_LINK_URL] = normalise_url(typed[CONF_LINK_URL])
    given = {key: typed[key] for key in CREDENTIALS if typed.get(key)}
    if service is not Service.QBITTORRENT:
        return {**data, **(given or {CONF_API_KEY: old.get(CONF_API_KEY, "")})}
    user = given.get(CONF_USERNAME, "")
    same = bool(user) and user == old.get(CONF_USERNAME)
    return {
        **data,
        CONF_USERNAME: user,
        CONF_PASSWORD: given.get(CONF_PASSWORD, old.get(CONF_PASSWORD, "") if same else ""),
        CONF_API_KEY: given.get(CONF_API_KEY, "" if user else old.get(CONF_API_KEY, "")),
    }


async def async_check(
    hass: HomeAssistant,
    service: Service,
    user_input: Mapping[str, Any],
    *,
    stored: Mapping[str, Any] | None = None,
    before: Callable[[Mapping[str, Any]], None] | None = None,
) -> tuple[dict[str, Any], Probe | None, dict[str, str]]:
    """Return the clean data, what the service said, and the errors to show if it did not.

    `before` may look at the data, and abort the flow, before anything is asked of the service.
    """
    try:
        normalise_url(user_input.get(CONF_LINK_URL) or user_input[CONF_URL])
    except InvalidUrl as err:
        return {}, None, {CONF_LINK_URL if user_input.get(CONF_LINK_URL) else CONF_URL: err.reason}
    try:
        data = tidy(service, user_input, stored)
        data[CONF_URL] = build_client(hass, service, data).url
    except InvalidUrl as err:
        return {}, None, {CONF_URL: err.reason}
    if before:
        before(data)
    if service is not Service.QBITTORRENT and not any(data.get(key) for key in SECRETS):
        return data, None, {"base": "credentials_missing"}
    try:
        if service is Service.SHOKO:
            data = await async_exchange(hass, data)
        return data, await async_probe(hass, service, data), {}
    except ClientError as err:
        LOGGER.debug("%s was tried in a flow: %s", service, err)
        return data, None, {"base": err.reason}
