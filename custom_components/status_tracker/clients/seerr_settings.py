"""Models of the settings of Seerr, Jellyseerr and Overseerr."""

from dataclasses import dataclass, field

from yarl import URL

from .errors import InvalidUrl
from .http import normalise_url
from .model import Answer


def build_url(host: str, port: int | None, use_ssl: bool, base: str | None) -> str | None:
    """Return the URL Seerr uses for a service; `host` can be a complete URL."""
    try:
        url = URL(normalise_url(host if "://" in host else f"{'https' if use_ssl else 'http'}://{host}"))
        if port and "://" not in host:
            url = url.with_port(port)
        return normalise_url(str(url.joinpath((base or "").strip("/")) if (base or "").strip("/") else url))
    except InvalidUrl, ValueError:
        return None


def build_link(address: str | None) -> str | None:
    """Return an external URL in the settings of Seerr, by default with https; None if it is invalid."""
    return build_url(address, None, True, None) if address and address.strip() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrServer(Answer):
    """Radarr or Sonarr in the settings of Seerr; `id` starts at 0 for each kind."""

    id: int
    name: str = ""
    hostname: str = ""
    port: int | None = None
    api_key: str = field(default="", repr=False)
    use_ssl: bool = False
    base_url: str | None = None
    is4k: bool = False
    is_default: bool = False
    external_url: str | None = None

    @property
    def link(self) -> str | None:
        """Return the external URL, None if it is not set."""
        return build_link(self.external_url)

    @property
    def url(self) -> str | None:
        """Return the URL Seerr uses, None if it is not set."""
        return build_url(self.hostname, self.port, self.use_ssl, self.base_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class JellyfinServer(Answer):
    """Jellyfin in the settings of Seerr; older versions store a complete URL as `hostname`."""

    name: str = ""
    ip: str = ""
    hostname: str = ""
    port: int | None = None
    use_ssl: bool = False
    url_base: str | None = None
    external_hostname: str | None = None
    api_key: str = field(default="", repr=False)
    server_id: str | None = None

    @property
    def link(self) -> str | None:
        """Return the external URL, None if it is not set."""
        return build_link(self.external_hostname)

    @property
    def url(self) -> str | None:
        """Return the URL Seerr uses, None if it is not set."""
        return build_url(self.ip or self.hostname, self.port, self.use_ssl, self.url_base)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSettings(Answer):
    """Public settings; `media_server_type` is missing in Overseerr."""

    initialized: bool
    application_title: str | None = None
    application_url: str | None = None
    media_server_type: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MainSettings(Answer):
    """Main settings, without the API key."""

    application_title: str | None = None
    application_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Webhook settings; `template` is text, None if the stored one is invalid."""

    enabled: bool
    types: int
    url: str = field(repr=False)
    template: str | None
    auth_header: str | None = field(default=None, repr=False)
    embed_poster: bool = True
    support_variables: bool = False
