"""Five thousand posts of every kind: Home Assistant stays responsive, and nothing is left of them."""

import asyncio
from datetime import timedelta
import gc
import random
from statistics import median
import tracemalloc
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from homeassistant.components import webhook
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import orjson
import pytest

from .common import SetUp, StartHousehold, coordinator_of, poll, stage_of
from .stack.household import Household
from .stack.stories import long_way_home, sintel, tears_of_steel
from .stack.webhooks import Sent

POSTS = 5000
MEASURED = 1000
AT_ONCE = 40
LEFT_OVER = 3 << 20
HUGE = b'{"a": "' + b"x" * (1 << 20) + b'"}'
SCRAPS: list[Any] = [
    None, True, -1, 0, 2**63, 1e308, "", "Grab", "\u0000", "💥" * 50, [], [[[]]], {}, {"id": None},
    "../../etc/passwd", "{{ states }}", "<script>", "9" * 400, {"id": 1, "tmdbId": "x"},
]  # fmt: skip


def twist(chance: random.Random, value: Any, rate: float = 0.1) -> Any:
    """Return a payload with some of its values replaced by something hostile."""
    if chance.random() < rate:
        return chance.choice(SCRAPS)
    if isinstance(value, dict):
        return {key: twist(chance, one, rate) for key, one in value.items()}
    if isinstance(value, list):
        return [twist(chance, one, rate) for one in value]
    return value


def body_of(chance: random.Random, number: int, real: list[Sent]) -> tuple[str, bytes]:
    """Return what the post of a number carries, and for whom: real ones told again, and everything odd."""
    sent = chance.choice(real)
    text = sent.body.encode() if isinstance(sent.body, str) else orjson.dumps(sent.body)
    kind = number % 10
    if not number % 250:
        return sent.url, HUGE
    if kind == 0:
        return sent.url, b""
    if kind < 3:
        return sent.url, text[: chance.randrange(len(text))]
    if kind < 6:
        return sent.url, text
    if kind == 6:
        return sent.url, b"[" * chance.randrange(1, 20_000)
    if kind == 7:
        return sent.url, chance.randbytes(chance.randrange(1, 2000))
    return sent.url, orjson.dumps(twist(chance, orjson.loads(text)))


async def flood(posts: list[tuple[str, bytes]], *, other_path: str = "") -> list[float]:
    """Post all, some at once; return how late the event loop was at each look at the clock, in seconds."""
    loop = asyncio.get_running_loop()
    late: list[float] = []
    statuses: set[int] = set()
    waiting = iter(posts)

    async def watch() -> None:
        """Look at the clock every few milliseconds."""
        while True:
            due = loop.time() + 0.005
            await asyncio.sleep(0.005)
            late.append(loop.time() - due)

    async def send(session: ClientSession) -> None:
        """Post one after the other."""
        for url, body in waiting:
            target = f"{url.rpartition('/')[0]}/{other_path}" if other_path else url
            try:
                async with session.post(target, data=body) as answer:
                    statuses.add(answer.status)
            except ClientError:
                continue  # cut off while it was still sending what is too large

    watcher = asyncio.create_task(watch())
    async with ClientSession(timeout=ClientTimeout(total=60)) as session:
        await asyncio.gather(*(send(session) for _ in range(AT_ONCE)))
    watcher.cancel()
    assert statuses == {200}
    return sorted(late)


def picture(hass: HomeAssistant) -> Any:
    """What people see, without times."""
    return (
        {state.entity_id: (state.state, dict(state.attributes)) for state in hass.states.async_all()},
        set(ir.async_get(hass).issues),
    )


def writes(home: Household) -> int:
    """How often anything was changed in the services."""
    return sum(call.method != "GET" for server in home.servers for call in server.calls)


async def remembered(hass: HomeAssistant) -> int:
    """The memory in use, in bytes, once nothing waits to be freed."""
    await hass.async_block_till_done()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.timeout(300)
async def test_five_thousand_posts(
    hass: HomeAssistant,
    household: StartHousehold,
    setup_entry: SetUp,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Responsive during, as before after."""
    caplog.set_level("WARNING")
    # What only a webhook told and no poll confirms is let go of after a while: here with the next poll.
    sources = "custom_components.status_tracker.sources"
    monkeypatch.setattr(f"{sources}.arr.history.UNCONFIRMED", timedelta())
    monkeypatch.setattr(f"{sources}.arr.queue.RENEWAL", timedelta())
    home = await household()
    world = home.world
    entry = await setup_entry(home)
    movie = await world.request(sintel(), auto_approve=True)
    show = await world.request(long_way_home(), seasons=[1], auto_approve=True)
    pending = await world.request(tears_of_steel())
    downloads = [await world.grab(movie), await world.grab(show)]
    await poll(hass, entry)
    for download in downloads:
        await world.complete(download)
        await world.import_(download)
    await world.library_scan()
    await world.seerr_scan()
    await poll(hass, entry, rounds=4)
    assert [stage_of(hass, entry, one) for one in (movie, show, pending)] == [
        "available",
        "available",
        "requested",
    ]
    chance = random.Random(7)
    offices = [home.seerr.webhooks, home.radarr.webhooks, home.sonarr.webhooks, home.jellyfin.webhooks]
    real = [sent for office in offices for sent in office.sent]
    posts = [body_of(chance, number, real) for number in range(1, POSTS + 1)]
    manager = entry.runtime_data.webhooks
    await flood(posts[:500])
    await poll(hass, entry, rounds=3)
    before, changes = picture(hass), writes(home)
    received = {key: one["received"] for key, one in manager.diagnostics_data.items()}

    nobody = await flood(posts, other_path=webhook.async_generate_id())
    caplog.clear()
    ours = await flood(posts)
    tracemalloc.start()  # not before: it slows everything down
    memory = await remembered(hass)
    await flood(posts[:MEASURED])
    await poll(hass, entry, rounds=3)
    left_over = await remembered(hass) - memory
    tracemalloc.stop()

    # The same posts to a webhook nobody has cost Home Assistant this; ours may cost a generous lot more.
    assert median(ours) < 10 * median(nobody) + 0.05
    assert ours[-1] < 10 * nobody[-1] + 0.5
    assert left_over < LEFT_OVER
    after = manager.diagnostics_data
    taken = sum(one["received"] - received[key] for key, one in after.items())
    assert taken >= POSTS
    assert sum(one["bad"] for one in after.values()) > POSTS // 3
    assert not manager._queue
    assert writes(home) == changes
    assert picture(hass) == before
    for record in caplog.records:
        if record.name.startswith("custom_components"):
            pytest.fail(record.getMessage())

    request = await world.request(sintel(), is_4k=True)
    await hass.async_block_till_done()
    assert stage_of(hass, entry, request) == "requested"
    assert len(coordinator_of(entry).data) == 4
