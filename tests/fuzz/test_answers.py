"""Whatever a service answers: clients raise their own errors only, sources none, and nothing is confused."""

import asyncio
from inspect import getmembers, iscoroutinefunction
import logging
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import orjson
import pytest

from custom_components.status_tracker.clients.errors import ClientError
from custom_components.status_tracker.pipeline.evidence import Evidence
from custom_components.status_tracker.pipeline.evidence.base import serialize
from custom_components.status_tracker.pipeline.memory import Memory
from custom_components.status_tracker.pipeline.tracker import evaluate

from .answers import CALLS, CLIENTS, LIMITS, NOW, SOURCES, Session, wants
from .mutations import SECRET, SERVICES, bodies, body_of, recorded

EACH = pytest.mark.parametrize("service", SERVICES)
BOUNDED = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@EACH
def test_every_call_is_there(service: str) -> None:
    """Whatever a client can ask for or write."""
    client = type(CLIENTS[service](Session([""])))
    names = {name for name, one in getmembers(client, iscoroutinefunction) if not name.startswith("_")}
    assert names == {call if isinstance(call, str) else call[0] for call in CALLS[service]}


@EACH
@given(data=st.data())
@settings(BOUNDED, max_examples=80)
def test_clients_raise_client_errors_only(service: str, data: st.DataObject) -> None:
    """Every call of a client, with any body and any status."""
    body = data.draw(bodies(service))
    status = data.draw(st.sampled_from([200] * 6 + [201, 204, 400, 401, 403, 404, 409, 500, 503]))

    async def ask() -> None:
        """Call everything."""
        for call in CALLS[service]:
            client = CLIENTS[service](Session([body], status))
            name, *arguments = (call,) if isinstance(call, str) else call
            told = ""
            try:
                await getattr(client, name)(*arguments)
            except ClientError as err:
                told = str(err)
            assert SECRET not in told
            assert len(told) < 300

    asyncio.run(ask())


def check_evidence(source: Any) -> None:
    """Check that what a source knows can be stored, read back and evaluated."""
    stored = orjson.dumps(serialize(source.snapshot(wants())))
    source.restore(orjson.loads(stored))
    evaluate(Evidence.merge([source.evidence]), Memory(), LIMITS, NOW)


@EACH
@given(data=st.data())
@settings(BOUNDED, max_examples=60)
def test_sources_never_raise(caplog: pytest.LogCaptureFixture, service: str, data: st.DataObject) -> None:
    """Polls with bodies in any order; evidence before, in between and after is of use."""
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    several = data.draw(st.lists(bodies(service), min_size=1, max_size=5))
    real = [str(orjson.dumps(body_of(one)), "utf-8") for one in recorded(service).values()]

    async def poll() -> None:
        """Poll with what is real, then with the others."""
        for answers in (real, several, real + several):
            source = SOURCES[service](CLIENTS[service](Session(answers)))
            for _ in range(3):
                await source.refresh(wants())
                check_evidence(source)

    asyncio.run(poll())
    unexpected = [one for one in caplog.records if one.exc_info]
    assert not unexpected, unexpected[0].exc_info
    told = [one for one in caplog.records if one.levelno > logging.INFO]
    assert len(told) <= 6
    assert SECRET not in caplog.text


@pytest.mark.parametrize("service", ["seerr", "radarr", "sonarr", "jellyfin"])
@given(data=st.data())
@settings(BOUNDED, max_examples=80)
def test_webhooks_of_any_shape(service: str, data: st.DataObject) -> None:
    """A source takes any object for a webhook, and evaluates as before."""
    source = SOURCES[service](CLIENTS[service](Session(["{}"])))
    for body in data.draw(st.lists(bodies(service), min_size=1, max_size=4)):
        try:
            payload = orjson.loads(body.encode("utf-8", "replace"))
        except orjson.JSONDecodeError:
            continue
        sent = payload.get("sent") if isinstance(payload, dict) else None
        for one in sent if isinstance(sent, list) else [payload]:
            if isinstance(one, dict):
                assert source.receive(one) in (True, False)
                check_evidence(source)
