"""Known requests are counted as Seerr counts them."""

from hypothesis import given, strategies as st

from custom_components.status_tracker.clients.seerr_model import RequestCount
from custom_components.status_tracker.pipeline.enums import MediaStatus, RequestStatus
from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence
from custom_components.status_tracker.sources.seerr.known import KnownRequests
from tests.pipeline.builders.requests import request

REQUESTS = st.builds(
    lambda number, status, media: request(number, status=status, media_status=media),
    st.integers(1, 5),
    st.sampled_from(RequestStatus),
    st.sampled_from(MediaStatus),
)


@given(st.lists(st.one_of(REQUESTS, st.integers(1, 5)), max_size=30))
def test_counts(steps: list[RequestEvidence | int]) -> None:
    """However requests come, change and go."""
    known = KnownRequests()
    for step in steps:
        if isinstance(step, RequestEvidence):
            known[step.request_id] = step
        elif step % 2:
            known.pop(step, None)
        elif step in known:
            del known[step]
    rows = list(known.values())
    count = RequestCount(
        total=len(rows),
        pending=sum(one.status is RequestStatus.PENDING for one in rows),
        approved=sum(one.status is RequestStatus.APPROVED for one in rows),
        declined=sum(one.status is RequestStatus.DECLINED for one in rows),
        completed=None,
        available=1
        + sum(
            one.status is RequestStatus.APPROVED and one.media_status is MediaStatus.AVAILABLE for one in rows
        ),
    )
    expected = {"total": 0, "pending": 0, "approved": 0, "declined": 0, "available": 1}
    assert known.difference(count) == expected
    assert known.copy().difference(count) == expected
