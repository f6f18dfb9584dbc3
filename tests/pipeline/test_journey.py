"""What is remembered of a request's way: times, reasons, a timeline that stays short."""

from datetime import timedelta

from custom_components.status_tracker.pipeline.requests import (
    TIMELINE_LENGTH,
    Journey,
    Reason,
    Stage,
    Step,
    Verdict,
)

from .builders.times import NOW, ago

START = ago(hours=2)


def journey(stage: Stage = Stage.APPROVED, reason: Reason | None = Reason.SEARCHING) -> Journey:
    """Return a journey that began two hours ago."""
    return Journey(
        request_id=1,
        stage=stage,
        stage_since=START,
        reason=reason,
        reason_since=START,
        timeline=(Step(stage=stage, at=START, reason=reason),),
    )


def test_nothing_new() -> None:
    """The same verdict again is the same journey."""
    one = journey()
    assert one.advance(Verdict(stage=Stage.APPROVED, reason=Reason.SEARCHING), NOW) is one


def test_new_reason() -> None:
    """A new reason has its own time; the stage keeps its."""
    one = journey().advance(Verdict(stage=Stage.APPROVED, reason=Reason.NO_RELEASE_FOUND), NOW)
    assert (one.stage_since, one.reason_since) == (START, NOW)
    assert [step.reason for step in one.timeline] == [Reason.SEARCHING, Reason.NO_RELEASE_FOUND]


def test_new_stage() -> None:
    """A new stage begins both, even with the same reason."""
    one = journey(Stage.INDEXED, Reason.PAUSED)
    one = one.advance(Verdict(stage=Stage.DOWNLOADING, reason=Reason.PAUSED), NOW)
    assert (one.stage_since, one.reason_since, one.finished_at) == (NOW, NOW, None)


def test_any_step_is_legal() -> None:
    """From everywhere to everywhere, back as well, without complaint."""
    for first in Stage:
        for second in Stage:
            one = journey(first).advance(Verdict(stage=second), NOW)
            assert one.stage is second


def test_finished() -> None:
    """The end has its time, kept while it lasts, and lost when it does not."""
    one = journey().advance(Verdict(stage=Stage.AVAILABLE), NOW)
    assert one.finished_at == NOW
    one = one.advance(Verdict(stage=Stage.AVAILABLE, reason=Reason.UPGRADE), NOW + timedelta(hours=1))
    assert (one.finished_at, one.stage_since) == (NOW, NOW)
    one = one.advance(Verdict(stage=Stage.IMPORTING), NOW + timedelta(hours=2))
    assert one.finished_at is None


def test_timeline_forgets_reasons_before_stages() -> None:
    """A download that stalls day and night does not push out where the request has been."""
    one = journey()
    one = one.advance(Verdict(stage=Stage.DOWNLOADING), NOW)
    for minute in range(TIMELINE_LENGTH * 3):
        reason = Reason.STALLED if minute % 2 == 0 else None
        one = one.advance(Verdict(stage=Stage.DOWNLOADING, reason=reason), NOW + timedelta(minutes=minute))
    assert len(one.timeline) == TIMELINE_LENGTH
    assert one.timeline[:2] == (
        Step(stage=Stage.APPROVED, at=START, reason=Reason.SEARCHING),
        Step(stage=Stage.DOWNLOADING, at=NOW),
    )
    assert one.timeline[-1].at == NOW + timedelta(minutes=TIMELINE_LENGTH * 3 - 1)


def test_timeline_of_stages_alone() -> None:
    """Should it be all stages, the oldest goes."""
    one = journey()
    for minute in range(TIMELINE_LENGTH * 2):
        stage = Stage.DOWNLOADING if minute % 2 == 0 else Stage.APPROVED
        one = one.advance(Verdict(stage=stage), NOW + timedelta(minutes=minute))
    assert len(one.timeline) == TIMELINE_LENGTH
    assert one.timeline[0].at == NOW + timedelta(minutes=TIMELINE_LENGTH)


def test_written_and_read() -> None:
    """A journey survives being written down."""
    one = journey().advance(Verdict(stage=Stage.AVAILABLE), NOW)
    assert Journey.from_dict(one.to_dict()) == one
