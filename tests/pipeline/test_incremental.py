"""What is evaluated by what changed equals an evaluation of everything, after every step."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from custom_components.status_tracker.pipeline.enums import (
    HistoryKind,
    ItemKind,
    MediaStatus,
    QueueStatus,
    RequestStatus,
    TorrentState,
)
from custom_components.status_tracker.pipeline.evidence import Evidence
from custom_components.status_tracker.pipeline.evidence.arr import (
    HistoryEvidence,
    MovieEvidence,
    SeriesEvidence,
)
from custom_components.status_tracker.pipeline.evidence.base import EvidenceBase, ServiceEvidence
from custom_components.status_tracker.pipeline.evidence.downloads import QueueEvidence, TorrentEvidence
from custom_components.status_tracker.pipeline.evidence.library import LibraryEvidence
from custom_components.status_tracker.pipeline.evidence.requests import RequestEvidence
from custom_components.status_tracker.pipeline.evidence.shoko import ShokoEvidence
from custom_components.status_tracker.pipeline.ids import IdKind
from custom_components.status_tracker.pipeline.incremental import Tracker
from custom_components.status_tracker.pipeline.memory import Memory
from custom_components.status_tracker.pipeline.tracker import evaluate

from .builders.arr import FILE, episode, event, film, series
from .builders.downloads import row, torrent
from .builders.evaluation import FIELDS, LIMITS, settled
from .builders.library import episode_item, film_item, ids, item
from .builders.requests import request, request_4k, series_request, title
from .builders.shoko import shoko_file
from .builders.times import NOW
from .test_world import world

STEPS = 60
EXAMPLES = 150
PACK = "a" * 40  # one download with several titles
SPLIT, SPLIT_TVDB = 4000, 5000  # an anime that Shoko splits into two series
TIMES = (0, 1, 59, 61, 180, 300, 1800, 3600, 90_000, 200_000)

# Beside the world: a pack of several films, films without ids, an anime in two parts, a title in 4K twice.
MORE: tuple[EvidenceBase, ...] = (
    request(20, tmdb_id=2000, external_id=20),
    request(21, tmdb_id=2001, external_id=21),
    request_4k(22, tmdb_id=2000, external_id=22),
    request_4k(23, tmdb_id=2000, external_id=22),
    title(tmdb_id=2000, title="Part One", year=2020),
    title(tmdb_id=2001, title="Part Two", year=2021),
    film(movie_id=20, tmdb_id=2000, title="Part One"),
    film(movie_id=21, tmdb_id=2001, title="Part Two"),
    film(movie_id=22, tmdb_id=2000, title="Part One", source="radarr4k"),
    event(HistoryKind.GRABBED, media_id=20, download_id=PACK, event_id=900),
    event(HistoryKind.GRABBED, media_id=21, download_id=PACK, event_id=901),
    event(HistoryKind.IMPORTED, media_id=21, download_id=PACK, event_id=902),
    row(media_id=20, download_id=PACK, row_id=90),
    row(media_id=21, download_id=PACK, row_id=91),
    row(media_id=None, download_id="b" * 40, row_id=92, title="Part.Two.2021.2160p"),
    torrent(hashes=(PACK, "7" * 40), progress=0.3),
    film_item("p1", ids=ids((IdKind.TMDB_MOVIE, 2000))),
    film_item("p2", ids=ids((IdKind.TMDB_MOVIE, 2001))),
    series_request(30, 1, tmdb_id=SPLIT, tvdb_id=SPLIT_TVDB, external_id=31),
    series_request(31, 1, 2, tmdb_id=SPLIT, tvdb_id=SPLIT_TVDB, external_id=31),
    series(
        *(episode(1, number, episode_id=3000 + number, tvdb_id=7000 + number) for number in (1, 2)),
        episode(2, 1, episode_id=3010, tvdb_id=7010, air_date=NOW + timedelta(minutes=30)),
        series_id=31,
        tmdb_id=SPLIT,
        tvdb_id=SPLIT_TVDB,
        title="Split",
        anime=True,
    ),
    shoko_file(30, FILE, *ids((IdKind.TVDB_EPISODE, 7001), (IdKind.SHOKO_EPISODE, 300))),
    shoko_file(31, None, *ids((IdKind.TVDB_EPISODE, 7002), (IdKind.TMDB_SHOW, SPLIT))),
    item("s2", ItemKind.SERIES, name="Split", year=2020, ids=ids((IdKind.TMDB_SHOW, SPLIT))),
    item("x1", ItemKind.VIDEO, name="One", series_id="s2", ids=ids((IdKind.SHOKO_EPISODE, 300))),
    episode_item(2),
)


def pool() -> list[EvidenceBase]:
    """Return all pieces there can be, those of the services left out."""
    told = world()
    pieces = [piece for name in FIELDS.values() if name != "services" for piece in getattr(told, name)]
    return list(dict.fromkeys([*pieces, *MORE]))


POOL = pool()


def altered(piece: EvidenceBase, draw: Any) -> EvidenceBase:
    """Return a piece as its service may come to report it."""
    match piece:
        case RequestEvidence():
            return replace(
                piece,
                status=draw(st.sampled_from(RequestStatus)),
                media_status=draw(st.sampled_from(MediaStatus)),
                seasons_available=piece.seasons[: draw(st.integers(0, 2))],
            )
        case MovieEvidence():
            file = draw(st.sampled_from((None, FILE)))
            flags = draw(st.tuples(*[st.booleans()] * 3))
            return replace(
                piece,
                file=file,
                has_file=file is not None,
                gone=flags[0],
                available=flags[1],
                monitored=flags[2],
            )
        case SeriesEvidence():
            number = draw(st.integers(0, len(piece.episodes)))
            episodes = tuple(
                replace(one, has_file=at < number, monitored=at % 2 == 0 or one.monitored)
                for at, one in enumerate(piece.episodes)
            )
            return replace(piece, episodes=episodes, gone=draw(st.integers(0, 5)) == 0)
        case QueueEvidence():
            return replace(
                piece, status=draw(st.sampled_from(QueueStatus)), size_left=draw(st.integers(0, 9))
            )
        case HistoryEvidence():
            return replace(piece, kind=draw(st.sampled_from(HistoryKind)))
        case TorrentEvidence():
            progress = draw(st.sampled_from((0.0, 0.5, 1.0)))
            return replace(
                piece,
                state=draw(st.sampled_from(TorrentState)),
                progress=progress,
                left=int(piece.size * (1 - progress)),
                speed=draw(st.sampled_from((0, 1000))),
                eta=draw(st.sampled_from((None, 30, 3000))),
            )
        case LibraryEvidence():
            return replace(piece, virtual=draw(st.booleans()), read_at=draw(st.sampled_from((None, NOW))))
        case ShokoEvidence():
            return replace(piece, matched=draw(st.booleans()), refused=draw(st.booleans()))
    return piece


class Household(RuleBasedStateMachine):
    """Evidence that comes, changes and goes, evaluated in both ways."""

    def __init__(self) -> None:
        """Start without evidence."""
        super().__init__()
        self.now: datetime = NOW
        self.listed = True
        self.services: tuple[ServiceEvidence, ...] = world().services
        self.told: dict[int, EvidenceBase] = {}
        self.whole = settled()
        self.tracker = Tracker(settled(), LIMITS)

    @initialize(known=st.booleans(), share=st.sampled_from((0, 2, 5)))
    def begin(self, known: bool, share: int) -> None:
        """Start with some of the evidence, at the very first start or a later one."""
        if not known:
            self.whole = Memory()
            self.tracker = Tracker(Memory(), LIMITS)
        self.told = {at: piece for at, piece in enumerate(POOL) if share and at % share == 0}

    @rule(at=st.integers(0, len(POOL) - 1))
    def come_or_go(self, at: int) -> None:
        """Add a piece, or remove it."""
        if self.told.pop(at, None) is None:
            self.told[at] = POOL[at]

    @rule(at=st.integers(0, len(POOL) - 1), data=st.data())
    def change(self, at: int, data: st.DataObject) -> None:
        """Change a piece."""
        self.told[at] = altered(self.told.get(at, POOL[at]), data.draw)

    @rule(at=st.integers(0, len(POOL) - 1))
    def read_again(self, at: int) -> None:
        """Read a piece again, with the same result."""
        if piece := self.told.get(at):
            self.told[at] = replace(piece)  # type: ignore[type-var]  # all pieces are dataclasses

    @rule(seconds=st.sampled_from(TIMES))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    @rule(at=st.integers(0, len(world().services) - 1), ok=st.booleans(), busy=st.booleans())
    def service(self, at: int, ok: bool, busy: bool) -> None:
        """Change the state of a service."""
        found = list(self.services)
        found[at] = replace(found[at], ok=ok, busy=busy)
        self.services = tuple(found)

    @rule(listed=st.booleans())
    def listing(self, listed: bool) -> None:
        """Read the requests completely, or not."""
        self.listed = listed

    @rule()
    def restart(self) -> None:
        """Restart with the stored memory and the last evidence."""
        self.whole = Memory.from_dict(self.whole.to_dict())
        self.tracker = Tracker(Memory.from_dict(self.tracker.memory.to_dict()), LIMITS)

    @invariant()
    def equal(self) -> None:
        """Compare requests, wants and memory of both."""
        evidence = self.evidence()
        outcome = evaluate(evidence, self.whole, LIMITS, self.now, listed=self.listed)
        self.tracker.take(self.parts(evidence), self.now, listed=self.listed)
        self.tracker.judge(self.now)
        assert not self.tracker.pending
        assert self.tracker.tracked == outcome.tracked
        assert self.tracker.wants == {want.request_id: want for want in outcome.wants}
        assert self.tracker.memory == self.whole
        assert list(self.tracker.tracked) == sorted(self.tracker.tracked)

    def evidence(self) -> Evidence:
        """Return the evidence as a whole."""
        found: dict[str, list[EvidenceBase]] = {name: [] for name in FIELDS.values()}
        for _, piece in sorted(self.told.items()):
            found[FIELDS[type(piece)]].append(piece)
        return Evidence(
            **{name: tuple(pieces) for name, pieces in found.items() if name != "services"},  # type: ignore[arg-type]
            services=self.services,
        )

    def parts(self, evidence: Evidence) -> dict[str, Evidence]:
        """Return the evidence as two sources report it."""
        one = Evidence(requests=evidence.requests, titles=evidence.titles, services=evidence.services[:1])
        return {
            "seerr": one,
            "others": replace(evidence, requests=(), titles=(), services=evidence.services[1:]),
        }


Household.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestIncremental = Household.TestCase
