"""The one sentence on a request: every stage and reason, in the language and time of the household."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import pytest

from custom_components.status_tracker.const import DOMAIN
from custom_components.status_tracker.pipeline.requests import Hint, Reason, Stage, Tracked, Unit, Verdict
from custom_components.status_tracker.reports.status import detail_text, status_text

from ..pipeline.builders.arr import film
from ..pipeline.builders.evaluation import only
from ..pipeline.builders.requests import request, series_request, series_title, title
from ..pipeline.builders.services import JELLYFIN, RADARR, SEERR

SUNDAY = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
LANGUAGES = sorted(
    path.stem
    for path in (Path(__file__).parents[2] / "custom_components/status_tracker/translations").glob("*.json")
)
NBSP = "\u00a0"


def day(year: int, month: int, number: int) -> datetime:
    """Return a day as the services tell it: midnight in UTC."""
    return datetime(year, month, number, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def household_time(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be Sunday noon in UTC, the household in Berlin, where it is 13:00."""
    monkeypatch.setattr(dt_util, "utcnow", lambda: SUNDAY)
    await hass.config.async_set_time_zone("Europe/Berlin")


async def speak(hass: HomeAssistant, language: str) -> None:
    """Let the household speak a language."""
    hass.config.language = language
    for category in ("common", "entity"):
        await async_get_translations(hass, language, category, {DOMAIN})


def a_film(stage: Stage, reason: Reason | None = None, **said: Any) -> Tracked:
    """Return a film in a stage; further arguments are the verdict's, or the request's."""
    verdict = Verdict(
        stage=stage,
        reason=reason,
        **{key: said.pop(key) for key in ("detail", "hint", "expected", "at") if key in said},
    )
    one = only(SEERR, RADARR, JELLYFIN, request(), title(), film())
    return replace(one, verdict=verdict, **{"units": (Unit(stage=stage),), **said})


def a_series(stage: Stage, ready: int, total: int, reason: Reason | None = None, **said: Any) -> Tracked:
    """Return a series with so many episodes ready of all, the others in the stage."""
    units = tuple(
        Unit(season=1, number=number, stage=Stage.AVAILABLE if number <= ready else stage)
        for number in range(1, total + 1)
    )
    one = only(SEERR, series_request(1, 1), series_title())
    verdict = Verdict(stage=stage, reason=reason, expected=said.pop("expected", None))
    return replace(one, verdict=verdict, **{"units": units, **said})


ENGLISH: Sequence[tuple[Tracked, str]] = (
    (a_film(Stage.REQUESTED, Reason.AWAITING_APPROVAL), "Waiting for approval"),
    (a_film(Stage.APPROVED, Reason.NOT_RELEASED), "Not released yet"),
    (
        a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=day(2027, 12, 3)),
        "Waiting for release on December 3, 2027",
    ),
    (
        a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=day(2027, 1, 3)),
        "Waiting for release on January 3",
    ),
    (
        a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=day(2026, 12, 3)),
        "Waiting for release on December 3",
    ),
    (a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=day(2026, 11, 6)), "Waiting for release on Friday"),
    (a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=day(2026, 11, 2)), "Waiting for release tomorrow"),
    (a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=day(2026, 11, 1)), "Waiting for release today"),
    (a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=day(2026, 10, 31)), "Not released yet"),
    (a_film(Stage.INDEXED, Reason.QUEUED), "Release found, download queued"),
    (a_film(Stage.DOWNLOADING), "Downloading"),
    (a_film(Stage.DOWNLOADING, progress=37), "Downloading 37%"),
    (
        a_film(Stage.DOWNLOADING, progress=37, eta=SUNDAY + timedelta(hours=5, minutes=24)),
        "Downloading 37%, ready about 6:24 PM",
    ),
    (
        a_film(Stage.DOWNLOADING, progress=37, eta=SUNDAY + timedelta(hours=11, minutes=30)),
        "Downloading 37%, ready tomorrow",
    ),
    (a_film(Stage.DOWNLOADING, progress=37, eta=SUNDAY - timedelta(hours=1)), "Downloading 37%"),
    (a_film(Stage.DOWNLOADING, Reason.PAUSED, progress=37), "Paused (37%)"),
    (
        a_film(Stage.DOWNLOADING, Reason.DOWNLOAD_ERROR, progress=37, detail="Disk full."),
        "Download client error: Disk full",
    ),
    (a_film(Stage.DOWNLOAD_DONE, Reason.IMPORT_PENDING), "Downloaded, waiting to be imported"),
    (
        a_film(Stage.DOWNLOAD_DONE, Reason.IMPORT_BLOCKED, detail="title mismatch"),
        "Import blocked: title mismatch",
    ),
    (a_film(Stage.DOWNLOAD_DONE, Reason.IMPORT_BLOCKED), "Import blocked"),
    (a_film(Stage.IMPORTING, Reason.WAITING_FOR_LIBRARY), "Imported, waiting for Jellyfin"),
    (
        a_film(Stage.IMPORTING, Reason.WAITING_FOR_LIBRARY, hint=Hint.SCAN_RUNNING),
        "Imported, Jellyfin is scanning its library",
    ),
    (
        a_film(Stage.IMPORTING, Reason.WAITING_FOR_LIBRARY, hint=Hint.LIKE_TITLE),
        "Imported, waiting for Jellyfin",
    ),
    (
        a_film(Stage.ANIME_MATCHING, Reason.WAITING_FOR_LIBRARY, hint=Hint.SHOKO_HASHING),
        "Waiting for Shoko to identify the file",
    ),
    (
        a_film(Stage.ANIME_MATCHING, Reason.WAITING_FOR_LIBRARY, hint=Hint.SHOKO_MATCHED),
        "Identified, waiting for Jellyfin",
    ),
    (a_film(Stage.AVAILABLE), "Ready to watch"),
    (a_film(Stage.AVAILABLE, Reason.UPGRADE), "Ready to watch, upgrade in progress"),
    (a_film(Stage.DECLINED), "Declined"),
    (a_film(Stage.FAILED, Reason.NOT_IN_ARR), "Could not be sent to Radarr or Sonarr"),
    (
        a_film(Stage.DOWNLOADING, Reason.SERVICE_UNAVAILABLE, progress=37, detail="qBittorrent"),
        "Downloading 37% (no response from qBittorrent)",
    ),
    (a_series(Stage.APPROVED, 0, 12, Reason.UNAIRED), "Not aired yet"),
    (
        a_series(Stage.APPROVED, 0, 12, Reason.UNAIRED, expected=datetime(2026, 11, 6, 23, 30, tzinfo=UTC)),
        "Waiting for the next episode on Saturday",
    ),
    (
        a_series(
            Stage.PARTIALLY_AVAILABLE, 8, 12, Reason.UNAIRED, expected=datetime(2026, 11, 6, 20, tzinfo=UTC)
        ),
        "8 of 12 episodes ready, next on Friday",
    ),
    (a_series(Stage.PARTIALLY_AVAILABLE, 8, 12, Reason.UNAIRED), "8 of 12 episodes ready"),
    (
        a_series(Stage.PARTIALLY_AVAILABLE, 8, 12, Reason.NOT_MONITORED, stuck=True),
        "Not monitored · 8 of 12 episodes ready",
    ),
    (
        a_series(Stage.PARTIALLY_AVAILABLE, 8, 12, Reason.NOT_MONITORED),
        "8 of 12 episodes ready · Not monitored",
    ),
    (
        a_series(Stage.DOWNLOADING, 8, 12, progress=5, eta=SUNDAY + timedelta(hours=1)),
        "Downloading 5%, 8 of 12 episodes ready",
    ),
    (
        a_series(Stage.DOWNLOADING, 0, 12, progress=5, eta=SUNDAY + timedelta(hours=1)),
        "Downloading 5%, ready about 2:00 PM",
    ),
)


@pytest.mark.parametrize(("one", "sentence"), ENGLISH, ids=[sentence for _, sentence in ENGLISH])
async def test_sentence(hass: HomeAssistant, one: Tracked, sentence: str) -> None:
    """Stage, reason, words, progress and time make one sentence."""
    await speak(hass, "en")
    assert status_text(hass, one) == sentence


async def test_not_all_on_its_way(hass: HomeAssistant) -> None:
    """While an episode is still being searched for, the end of the downloads is not that of the request."""
    one = a_series(Stage.DOWNLOADING, 0, 3, progress=5, eta=SUNDAY + timedelta(hours=1))
    await speak(hass, "en")
    one.units[2].stage = Stage.APPROVED
    assert status_text(hass, one) == "Downloading 5%"
    one.units[2].aired = False
    assert status_text(hass, one) == "Downloading 5%, ready about 2:00 PM"


@pytest.mark.parametrize(
    ("language", "loading", "release", "episodes"),
    [
        (
            "en",
            "Downloading 37%, ready about 6:24 PM",
            "Waiting for release on December 1",
            "1 of 12 episodes ready, next on Tuesday",
        ),
        (
            "en-GB",
            "Downloading 37%, ready about 18:24",
            "Waiting for release on December 1",
            "1 of 12 episodes ready, next on Tuesday",
        ),
        (
            "de",
            f"Wird heruntergeladen: 37{NBSP}%, fertig gegen 18:24",
            "Wartet auf die Veröffentlichung am 1. Dezember",
            "1 von 12 Folgen bereit, nächste am Dienstag",
        ),
        (
            "es",
            f"Descargando: 37{NBSP}%, listo hacia las 18:24",
            "Esperando el estreno el 1 de diciembre",
            "1 de 12 episodios listo, el próximo el martes",
        ),
        (
            "fr",
            "Téléchargement : 37\u202f%, prêt vers 18:24",
            "En attente de la sortie le 1er décembre",
            "1 épisode sur 12 prêt, le prochain mardi",
        ),
        (
            "it",
            "Download al 37%, pronto verso le 18:24",
            "In attesa dell'uscita: 1º dicembre",
            "1 episodio su 12 pronto, il prossimo: martedì",
        ),
        (
            "ja",
            "ダウンロード中 37%、完了予定: 18:24 頃",
            "公開待ち（12月1日）",  # noqa: RUF001
            "12 話中 1 話を視聴可能、次は火曜日",
        ),
        (
            "nl",
            "Downloaden: 37%, klaar rond 18:24",
            "Wacht op de release op 1 december",
            "1 van 12 afleveringen klaar, volgende op dinsdag",
        ),
        (
            "pl",
            "Pobieranie: 37%, gotowe około 18:24",
            "Czeka na premierę: 1 grudnia",
            "Gotowe odcinki: 1 z 12, następny: we wtorek",
        ),
        (
            "pt-BR",
            "Baixando: 37%, pronto por volta das 18:24",
            "Aguardando o lançamento em 1º de dezembro",
            "1 de 12 episódios pronto, o próximo na terça-feira",
        ),
        (
            "zh-Hans",
            "正在下载 37%，预计完成：约 18:24",  # noqa: RUF001
            "等待12月1日发行",
            "12 集中有 1 集可观看，下一集周二",  # noqa: RUF001
        ),
    ],
)
async def test_languages(
    hass: HomeAssistant, language: str, loading: str, release: str, episodes: str
) -> None:
    """Percent sign, clock, date and grammar are those of the language, the time zone is the household's."""
    await speak(hass, language)
    eta = SUNDAY + timedelta(hours=5, minutes=24)
    expected = datetime(2026, 12, 1, tzinfo=UTC)
    tuesday = datetime(2026, 11, 3, 18, tzinfo=UTC)
    assert status_text(hass, a_film(Stage.DOWNLOADING, progress=37, eta=eta)) == loading
    assert status_text(hass, a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=expected)) == release
    one = a_series(Stage.PARTIALLY_AVAILABLE, 1, 12, Reason.UNAIRED, expected=tuesday)
    assert status_text(hass, one) == episodes


@pytest.mark.parametrize("language", ["es", "ja"])
async def test_hour_without_a_zero(hass: HomeAssistant, language: str) -> None:
    """Spanish and Japanese write 8:05."""
    await speak(hass, language)
    await hass.config.async_set_time_zone("America/New_York")
    one = a_film(Stage.DOWNLOADING, progress=1, eta=datetime(2026, 11, 1, 13, 5, tzinfo=UTC))
    assert "8:05" in status_text(hass, one)
    assert "08:05" not in status_text(hass, one)


async def test_a_release_is_a_date(hass: HomeAssistant) -> None:
    """West of Greenwich a film that is released on the 3rd is not released on the 2nd."""
    await speak(hass, "en")
    await hass.config.async_set_time_zone("America/Los_Angeles")
    one = a_film(Stage.APPROVED, Reason.NOT_RELEASED, expected=datetime(2026, 12, 3, tzinfo=UTC))
    assert status_text(hass, one) == "Waiting for release on December 3"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_stage_and_reason(hass: HomeAssistant, language: str) -> None:
    """In every language each has a text, each placeholder a value."""
    await speak(hass, language)
    for stage in Stage:
        for reason in (None, *Reason):
            one = a_film(stage, reason, detail="words", progress=5, expected=SUNDAY + timedelta(days=2))
            text = status_text(hass, one)
            assert text.strip() == text
            assert not {"{", "_", "None"} & {*text, *text.split()}, (stage, reason, text)


@pytest.mark.parametrize("words", ["{reason} {when}", "100 % of {percent}", "<b>{{ states }}</b>", "%s"])
async def test_words_stay_text(hass: HomeAssistant, words: str) -> None:
    """What a service says is not filled in, even where it reads like a placeholder or a template."""
    await speak(hass, "en")
    one = a_film(Stage.DOWNLOAD_DONE, Reason.IMPORT_BLOCKED, detail=words)
    assert status_text(hass, one) == f"Import blocked: {words}"


async def test_long_words(hass: HomeAssistant) -> None:
    """A service that tells a novel is cut short; the detail has it all."""
    await speak(hass, "en")
    one = a_film(Stage.DOWNLOAD_DONE, Reason.IMPORT_BLOCKED, detail="Sample\nfile; " + "x" * 5000)
    text = status_text(hass, one)
    assert text.startswith("Import blocked: Sample file; xxx")
    assert text.endswith("…")
    assert len(text) <= 200
    assert len(detail_text(hass, one) or "") > 5000


async def test_last_search(hass: HomeAssistant) -> None:
    """A past moment is told by the clock of the household, with the day where it is not today."""
    await speak(hass, "en-GB")
    said = [
        detail_text(hass, a_film(Stage.APPROVED, Reason.NO_RELEASE_FOUND, hint=Hint.LAST_SEARCH, at=at))
        for at in (SUNDAY, SUNDAY - timedelta(days=1))
    ]
    assert said == ["Last searched 13:00.", "Last searched 2026-10-31 13:00."]


async def test_cost(hass: HomeAssistant) -> None:
    """Five hundred sentences take well below the fifth of a second."""
    await speak(hass, "en")
    begin = time.perf_counter()
    for _ in range(10):
        for one, _sentence in ENGLISH:
            status_text(hass, one)
    assert (time.perf_counter() - begin) / (10 * len(ENGLISH)) < 0.0004


def test_parts_of_the_calendar() -> None:
    """Every language names seven days and twelve months."""
    for language in LANGUAGES:
        path = Path(__file__).parents[2] / f"custom_components/status_tracker/translations/{language}.json"
        texts = json.loads(path.read_text(encoding="utf-8"))["common"]
        for part, count in (("when_weekday_", 7), ("when_month_", 12)):
            assert len({text for key, text in texts.items() if key.startswith(part)}) == count
