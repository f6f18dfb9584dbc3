"""Errors of the clients; `reason` is the key of the text shown to users."""

from typing import ClassVar


class ClientError(Exception):
    """Base class of client errors; the message contains no secrets and can be logged."""

    reason: ClassVar[str] = "unknown"


class InvalidUrl(ClientError):
    """The URL is invalid."""

    reason = "invalid_url"


class CannotConnect(ClientError):
    """Failed to connect."""

    reason = "cannot_connect"


class TimedOut(CannotConnect):
    """The service did not respond in time."""

    reason = "timed_out"


class TlsFailed(CannotConnect):
    """The certificate is not trusted, or the port does not use TLS."""

    reason = "tls_failed"


class InvalidAuth(ClientError):
    """The API key, or the username and password, were rejected."""

    reason = "invalid_auth"


class Banned(ClientError):
    """The service has temporarily banned this IP address."""

    reason = "banned"


class HostRefused(ClientError):
    """The service rejects the host name or port of the URL."""

    reason = "host_refused"


class NotReady(ClientError):
    """The service is starting or limits requests, or a proxy responded in its place."""

    reason = "not_ready"

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        """Store for how many seconds the service asks not to be called."""
        super().__init__(message)
        self.retry_after = retry_after


class WrongService(ClientError):
    """Another service responded: a different product, a login page or another path."""

    reason = "wrong_service"


class BadAnswer(ClientError):
    """The response is invalid or reports an error."""

    reason = "bad_answer"


class NotFound(BadAnswer):
    """The requested resource does not exist."""

    reason = "not_found"


class NotAllowed(BadAnswer):
    """The API key is valid but lacks the required permissions."""

    reason = "not_allowed"


class CsrfRequired(BadAnswer):
    """The CSRF protection of the service rejected the request."""

    reason = "csrf"


class Rejected(BadAnswer):
    """The service rejected the data; `fields` are the names of the invalid fields."""

    reason = "rejected"

    def __init__(self, message: str, fields: tuple[str, ...] = ()) -> None:
        """Store the field names only, because the text of the service can contain URLs with secrets."""
        super().__init__(message)
        self.fields = fields
