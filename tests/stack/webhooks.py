"""How the simulated services post webhooks, and how a test can lose, double, hold or reorder them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp

type Mode = Literal["deliver", "drop", "double", "hold", "late"]


@dataclass(slots=True)
class Sent:
    """One webhook: where to, what, and the status it met (0: not reached, None: dropped or still held)."""

    url: str
    method: str
    body: Any
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    status: int | None = None


class Webhooks:
    """The post office of one service.

    `mode`: `deliver` (the verb waits for the answer, as the services' workers do), `drop`, `double` (twice in
    a row), `hold` (kept until `release`), `late` (in the background after `delay` seconds). `sent` is the
    log, `held` what waits.
    """

    def __init__(self) -> None:
        """Nothing sent; delivers at once."""
        self.mode: Mode = "deliver"
        self.delay = 0.05
        self.timeout = 10.0
        self.sent: list[Sent] = []
        self.held: list[Sent] = []
        self._late: set[asyncio.Task[None]] = set()

    async def send(
        self,
        url: str,
        body: Any,
        *,
        method: str = "POST",
        headers: dict[str, str] | None = None,
        force: bool = False,
    ) -> int:
        """Post as the mode says, return the status; `force` posts at once in any mode (a service's own test).

        0 means refused, timed out or not resolvable; 200 is returned for what is dropped, held or late.
        """
        sent = Sent(url, method, body, headers or {})
        self.sent.append(sent)
        mode = "deliver" if force else self.mode
        if mode == "drop":
            return 200
        if mode == "hold":
            self.held.append(sent)
            return 200
        if mode == "late":
            task = asyncio.create_task(self._send_late(sent))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return 200
        if mode == "double":
            await self._post(sent)
        return await self._post(sent)

    async def release(self, order: Iterable[int] | Literal["forward", "reverse"] = "forward") -> None:
        """Deliver what is held, in this order (indices may repeat or leave out), and forget the rest."""
        held, self.held = self.held, []
        indices: Iterable[int]
        if order == "forward":
            indices = range(len(held))
        elif order == "reverse":
            indices = range(len(held) - 1, -1, -1)
        else:
            indices = order
        for index in indices:
            await self._post(held[index])

    async def settle(self) -> None:
        """Wait for what is late."""
        await asyncio.gather(*self._late)

    async def close(self) -> None:
        """Cancel what is late."""
        for task in list(self._late):
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def _send_late(self, sent: Sent) -> None:
        """Deliver after the delay."""
        await asyncio.sleep(self.delay)
        await self._post(sent)

    async def _post(self, sent: Sent) -> int:
        """One real HTTP call; a text body goes out as it is, anything else as JSON."""
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        body = {"data": sent.body.encode()} if isinstance(sent.body, str) else {"json": sent.body}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(sent.method, sent.url, headers=sent.headers, **body) as answer,
            ):
                await answer.read()
                sent.status = answer.status
        except aiohttp.ClientError, TimeoutError, OSError, ValueError:
            sent.status = 0
        return sent.status
