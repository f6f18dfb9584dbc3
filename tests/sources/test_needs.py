"""Needs updated by changes equal those of all wants."""

from collections.abc import Hashable

from hypothesis import given, strategies as st

from custom_components.status_tracker.pipeline.wants import Want, Wants
from custom_components.status_tracker.sources.needs import Needs, Pace
from tests.sources.library_helpers import want

WANTS = st.builds(
    lambda number, ids, finished, in_flight, files: want(
        *ids,
        files=files,
        request_id=number,
        finished=finished,
        in_flight=in_flight,
        download_ids=(),
    ),
    st.integers(1, 6),
    st.lists(st.sampled_from(["tmdb_movie:1", "tmdb_movie:2"]), unique=True),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), ("/films/a.mkv",)]),
)
STEPS = st.lists(st.one_of(WANTS, st.integers(1, 6), st.just("poll")), max_size=30)


def need(want: Want) -> Hashable:
    """Return the ids of an open want."""
    return None if want.finished else want.ids


@given(STEPS)
def test_changes_equal_everything(steps: list[Want | int | str]) -> None:
    """Whatever wants come, change and go, and whenever a poll is made, or one that began before goes on."""
    wants: dict[int, Want] = {}
    kept = Needs(need)
    current = Wants({})
    kept.replace(current)
    polled: frozenset[Hashable] = frozenset()
    for step in steps:
        changed: dict[int, Want | None] = {}
        if isinstance(step, Want):
            wants[step.request_id] = changed[step.request_id] = step
        elif isinstance(step, int):
            wants.pop(step, None)
            changed[step] = None
        else:
            kept.answer()
            polled = frozenset(need(one) for one in wants.values()) - {None}
        before, current = current, Wants(dict(wants))
        kept.update(current, changed)
        kept.replace(before)
        anew = Needs(need)
        anew.replace(current)
        assert kept.current == anew.current
        assert [kept.has(pace) for pace in Pace] == [anew.has(pace) for pace in Pace]
        assert kept.differ == (kept.current != polled)


def test_wants_are_listed_once() -> None:
    """What is listed stays, whatever is changed later; its length is known before."""
    known = {1: want(request_id=1), 2: want(request_id=2)}
    wants = Wants(known)
    assert len(wants) == 2
    first = list(wants)
    known[3] = want(request_id=3)
    assert (list(wants), len(wants), wants[0], wants[1:]) == (first, 2, first[0], (first[1],))
    assert not Wants({})
