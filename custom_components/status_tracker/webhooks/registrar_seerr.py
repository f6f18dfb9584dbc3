"""The only webhook of Seerr: used if it is free; previous settings are restored when unregistering."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, override

from ..clients.errors import BadAnswer
from ..clients.seerr import SeerrClient
from ..clients.seerr_settings import WebhookSettings
from ..sources.seerr.webhook import TEMPLATE, TYPES
from .registrar import Outcome, Registrar, SlotOwner

IN_USE = {SlotOwner.OTHER: Outcome.TAKEN, SlotOwner.CORE: Outcome.SHARED}


class SeerrRegistrar(Registrar[SeerrClient]):
    """The webhook of Seerr; `owner_of` returns the owner of another URL found in it."""

    def __init__(
        self, *args: Any, owner_of: Callable[[str], SlotOwner] = lambda _: SlotOwner.OTHER, **more: Any
    ) -> None:
        """Initialize with a function that returns the owner of another webhook."""
        super().__init__(*args, **more)
        self._owner_of = owner_of

    @override
    async def _register(self, url: str) -> Outcome:
        """Use a free webhook after a successful test, and verify the stored settings."""
        slot = await self.client.webhook()
        ours = self.is_ours(slot.url)
        owner = None if ours or not slot.url else self._owner_of(slot.url)
        if slot.enabled and owner in IN_USE:
            return IN_USE[owner]
        wanted = WebhookSettings(
            enabled=True, types=TYPES, url=url, template=TEMPLATE, embed_poster=slot.embed_poster
        )
        if not await self._async_calls(wanted):
            return Outcome.UNREACHABLE
        if slot == wanted:
            return Outcome.DONE
        if owner is SlotOwner.LEFT_BEHIND:
            self._remember(self.kept or {})
        elif not ours:
            self._remember(asdict(slot))
        await self.client.set_webhook(wanted)
        stored = await self.client.webhook()
        if (stored.url, stored.template, stored.enabled) != (wanted.url, wanted.template, True):
            # It stored the template in another encoding, so that all notifications would fail silently.
            await self.client.set_webhook(self._before())
            raise BadAnswer(f"{self.client.name}: did not store the webhook as sent")
        return Outcome.DONE

    async def _async_calls(self, wanted: WebhookSettings) -> bool:
        """Return whether a test from Seerr reaches us, without storing settings."""
        before = self.heard()
        return await self.client.test_webhook(wanted) and self.heard() != before

    @override
    async def reaches(self, url: str) -> bool:
        """Return whether Seerr can reach a URL."""
        return await self._async_calls(WebhookSettings(enabled=True, types=TYPES, url=url, template=TEMPLATE))

    @override
    async def unregister(self) -> None:
        """Restore the previous settings if the webhook is ours."""
        if self.is_ours((await self.client.webhook()).url):
            await self.client.set_webhook(self._before())

    def _before(self) -> WebhookSettings:
        """Return the previous settings, or empty ones if they are unknown."""
        try:
            before = WebhookSettings(**(self.kept or {}))
        except TypeError:
            before = WebhookSettings(enabled=False, types=0, url="", template=TEMPLATE)
        return before
