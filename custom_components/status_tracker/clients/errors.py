"""What can go wrong with a service, as one tree; `reason` names the text people read."""

from typing import ClassVar


class ClientError(Exception):
    """A service could not be used; the message holds no secret and is fit for a log."""

    reason: ClassVar[str] = "unknown"


class InvalidUrl(ClientError):
    """The address is not one a request can be sent to."""

    reason = "invalid_url"


class CannotConnect(ClientError):
    """Nothing answers at the address."""

    reason = "cannot_connect"


class TimedOut(CannotConnect):
    """The service did not answer in time."""

    reason = "timed_out"


class TlsFailed(CannotConnect):
    """The certificate is not trusted, or the port does not speak TLS."""

    reason = "tls_failed"


class InvalidAuth(ClientError):
    """The service refused the key, or the user and password."""

    reason = "invalid_auth"


class Banned(ClientError):
    """The service refuses this address for a while, whatever the password."""

    reason = "banned"


class HostRefused(ClientError):
    """The service refuses the host name or port it was called by, whatever the password."""

    reason = "host_refused"


class NotReady(ClientError):
    """The service is starting, or a proxy answers in its place."""

    reason = "not_ready"


class WrongService(ClientError):
    """Something else answers at the address: another product, a login page, another path."""

    reason = "wrong_service"


class BadAnswer(ClientError):
    """The service answered with what cannot be understood, or refused the call."""

    reason = "bad_answer"


class NotFound(BadAnswer):
    """The thing asked for is not there."""

    reason = "not_found"


class NotAllowed(BadAnswer):
    """The key is right, but it may not do this."""

    reason = "not_allowed"


class CsrfRequired(BadAnswer):
    """The service protects itself against forged requests and takes no changes from outside its pages."""

    reason = "csrf"


class Rejected(BadAnswer):
    """The service checked what it was given and refused it; `fields` are the fields it named."""

    reason = "rejected"

    def __init__(self, message: str, fields: tuple[str, ...] = ()) -> None:
        """Keep the names of the fields, never the service's own text: it quotes addresses."""
        super().__init__(message)
        self.fields = fields
