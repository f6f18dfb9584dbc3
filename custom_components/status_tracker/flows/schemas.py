"""Schemas of the forms and validation of their input."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.const import CONF_API_KEY, CONF_PASSWORD, CONF_URL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from ..clients.errors import Banned, ClientError, CsrfRequired, InvalidAuth, InvalidUrl, NotAllowed
from ..clients.http import normalise_url
from ..const import CONF_CALLBACK_URL, CONF_LINK_URL, CONF_SKIP, LOGGER
from ..pipeline.enums import Service
from .addresses import OtherScheme, async_find, async_try
from .client_factory import Probe, build_client

SECRETS = (CONF_API_KEY, CONF_PASSWORD)
SECTION_API_KEY = "api_key_instead"
SECTION_STUCK = "stuck"
SECTION_WEBHOOKS = "webhooks"
SECTIONS = (SECTION_API_KEY, SECTION_STUCK, SECTION_WEBHOOKS)
CREDENTIALS = (CONF_API_KEY, CONF_USERNAME, CONF_PASSWORD)

_URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL, autocomplete="url"))
_SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
_TEXT = TextSelector(TextSelectorConfig(type=TextSelectorType.TEXT, autocomplete="off"))


def credential_fields(service: Service, *, stored: bool = False) -> dict[probatio.Marker, Any]:
    """Return the fields for the credentials of a service; stored ones are optional."""
    key = probatio.Optional(probatio.Secret(CONF_API_KEY))
    login: dict[probatio.Marker, Any] = {
        probatio.Optional(CONF_USERNAME): _TEXT,
        probatio.Optional(probatio.Secret(CONF_PASSWORD)): _SECRET,
    }
    match service:
        case Service.QBITTORRENT:
            return {**login, key: _SECRET}
        case Service.SHOKO:
            instead = section(probatio.Schema({key: _SECRET}), {"collapsed": True})
            return {**login, probatio.Required(SECTION_API_KEY, default={}): instead}
    return {key if stored else probatio.Required(probatio.Secret(CONF_API_KEY)): _SECRET}


def service_schema(service: Service, *, stored: bool = False) -> probatio.Schema:
    """Return the schema of a service: URL, credentials, SSL verification and, for Jellyfin, the link URL."""
    return probatio.Schema(
        {
            probatio.Required(CONF_URL): _URL,
            **credential_fields(service, stored=stored),
            probatio.Required(CONF_VERIFY_SSL, default=True): BooleanSelector(),
            **({probatio.Optional(CONF_LINK_URL): _URL} if service is Service.JELLYFIN else {}),
        }
    )


def credential_schema(service: Service) -> probatio.Schema:
    """Return the schema for new credentials only."""
    return probatio.Schema(credential_fields(service))


def found_schema(service: Service) -> probatio.Schema:
    """Return the schema of a discovered service that needs correction or a login; it can be skipped."""
    return service_schema(service, stored=True).extend(
        {probatio.Required(CONF_SKIP, default=False): BooleanSelector()}
    )


def callback_schema() -> probatio.Schema:
    """Return the schema for the URL at which services reach Home Assistant."""
    return probatio.Schema({probatio.Optional(CONF_CALLBACK_URL): _URL})


def flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return form input with the fields of sections merged."""
    fields: dict[str, Any] = {}
    for key, value in user_input.items():
        fields.update(value if key in SECTIONS else {key: value})
    return fields


def shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored data without secrets, to be shown in a form."""
    return {key: value for key, value in data.items() if key not in SECRETS}


def tidy(
    service: Service, user_input: Mapping[str, Any], stored: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return cleaned input, with stored secrets for empty ones; raises InvalidUrl.

    For qBittorrent, an empty username means no login, so the stored password is dropped.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Result of validating a service: cleaned data and probe, or errors by field."""

    data: dict[str, Any] = field(default_factory=dict)
    probe: Probe | None = None
    errors: dict[str, str] = field(default_factory=dict)
    proposed_url: str | None = None

    def shown_again(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values to show after an error: the input, or the URL that responds."""
        return {**user_input, **({CONF_URL: self.proposed_url} if self.proposed_url else {})}


async def async_check(
    hass: HomeAssistant,
    service: Service,
    user_input: Mapping[str, Any],
    *,
    stored: Mapping[str, Any] | None = None,
    before: Callable[[Mapping[str, Any]], None] | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> Checked:
    """Validate input by probing the service; `fixed` is the URL if the form has none.

    `before` is called with the data before any request and can abort the flow.
    """
    typed = {**flat(user_input), **(fixed or {})}
    for name in (CONF_LINK_URL, CONF_URL):
        try:
            if typed.get(name) or name == CONF_URL:
                normalise_url(typed[name])
        except InvalidUrl as err:
            return Checked(errors={name: err.reason})
    try:
        data = tidy(service, typed, stored)
        data[CONF_URL] = build_client(hass, service, data).url
    except InvalidUrl as err:
        return Checked(errors={CONF_URL: err.reason})
    if before:
        before(data)
    if service is not Service.QBITTORRENT and not any(data.get(key) for key in SECRETS):
        where = CONF_PASSWORD if service is Service.SHOKO else CONF_API_KEY
        return Checked(data=data, errors={where: "credentials_missing"})
    try:
        if fixed:
            data, probe = await async_try(hass, service, data)
        else:
            data, probe = await async_find(hass, service, data)
            if before:
                before(data)
    except OtherScheme as err:
        return Checked(data=data, errors={CONF_URL: err.reason}, proposed_url=err.url)
    except ClientError as err:
        LOGGER.debug("Failed to validate %s: %s", service, err)
        where = "base" if fixed and not isinstance(err, InvalidAuth) else field_of(service, data, err)
        return Checked(data=data, errors={where: err.reason})
    return Checked(data=data, probe=probe)


def field_of(service: Service, data: Mapping[str, Any], error: ClientError) -> str:
    """Return the field an error is about."""
    match error:
        case InvalidAuth() if service is Service.SHOKO and data.get(CONF_API_KEY):
            return SECTION_API_KEY
        case InvalidAuth():
            return CONF_PASSWORD if CONF_PASSWORD in data and not data.get(CONF_API_KEY) else CONF_API_KEY
        case Banned() | CsrfRequired() | NotAllowed():
            return "base"
    return CONF_URL
