"""Assist sentences that require no installation and match only requested titles.

Integrations can only add sentences of triggers, in which every list is a wildcard. So the titles are part of
the sentences, and "where is Alice" still finds the person.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
import re
from typing import TYPE_CHECKING, Any

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.setup import async_when_setup
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.yaml import load_yaml_dict

from ..const import DOMAIN
from ..coordinator import StatusTrackerCoordinator
from ..pipeline.correlator import normalise_title
from ..pipeline.requests import Tracked
from ..pipeline.titles import SHORTEST, spoken_titles
from .answers import Listing, known_requests, list_answer, ready_answer, status_answer

if TYPE_CHECKING:
    from hassil.recognize import RecognizeResult
    from homeassistant.components.conversation import ConversationInput

FOLDER = Path(__file__).parent / "sentences"
CONVERSATION = "conversation"
FALLBACK = "en"
TITLES = 150  # number of newest requests with titles in sentences; each takes a millisecond to parse
NAMED = ("person", "device_tracker", "zone")  # "where is" matches the names of these first
APOSTROPHES = re.compile("['\u2019]")
_UNSPOKEN = re.compile("[^\\w'\u2019&+-]+")


class Question(StrEnum):
    """What a sentence asks for; the lists have the names of their `Listing`."""

    STATUS = "status"
    IS_READY = "is_ready"
    REQUEST = "request"
    STUCK = "stuck"
    DOWNLOADING = "downloading"
    READY = "ready"


LISTINGS = {
    Question.STUCK: Listing.STUCK,
    Question.DOWNLOADING: Listing.DOWNLOADING,
    Question.READY: Listing.READY,
}


def load_sentences(language: str) -> dict[str, list[str]]:
    """Load the sentences of a language by question, English if there are none. Blocking."""
    for name in (language, language.partition("-")[0], FALLBACK):
        path = FOLDER / f"{name}.yaml"
        if path.is_file():
            return {str(key): [str(one) for one in value] for key, value in load_yaml_dict(path).items()}
    raise FileNotFoundError(FOLDER / f"{FALLBACK}.yaml")


def forms_of(requests: list[Tracked], taken: frozenset[str]) -> list[str]:
    """Return the spoken forms of the titles for use in sentences, except those in `taken`."""
    forms: dict[str, None] = {}
    for title in dict.fromkeys(request.title for request in requests):
        for said in spoken_titles(title):
            plain = normalise_title(said)
            if len(plain.replace(" ", "")) < _shortest(plain) or plain in taken:
                continue
            words = _UNSPOKEN.sub(" ", said).strip()
            for form in (words, words.replace("-", " "), APOSTROPHES.sub("", words), plain):
                if form := " ".join(form.split()).strip("-+&'\u2019 "):
                    forms.setdefault(form.casefold())
    return list(forms)


def _shortest(plain: str) -> int:
    """Return the minimum length of a title, which is shorter in scripts without spaces."""
    return SHORTEST if plain.isascii() else 2


class Sentences:
    """Keeps the sentences in Assist up to date with the requests of all entries."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize; the conversation integration is optional."""
        self._hass = hass
        self._followed: dict[StatusTrackerCoordinator, CALLBACK_TYPE] = {}
        self._texts: dict[str, list[str]] = {}
        self._language: str | None = None
        self._forms: list[str] | None = None
        self._basis: tuple[frozenset[str], frozenset[str]] | None = None  # of the sentences
        self._registered: list[CALLBACK_TYPE] = []
        self._titles: dict[StatusTrackerCoordinator, int] = {}  # how often titles had changed then
        self._ready = False
        async_when_setup(hass, CONVERSATION, self._conversation_is_there)
        hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._config_changed)

    async def _conversation_is_there(self, hass: HomeAssistant, component: str) -> None:
        """Register the sentences once the conversation integration is set up."""
        self._ready = True
        self._update()

    async def _config_changed(self, event: Event) -> None:
        """Load the sentences of another language."""
        if self._language is not None and self._language != self._hass.config.language:
            await self._async_load()
            self._unregister()
            self._update()

    async def _async_load(self) -> None:
        """Load the sentences of Home Assistant's language."""
        self._language = self._hass.config.language
        self._texts = await self._hass.async_add_executor_job(load_sentences, self._language)

    async def async_follow(self, coordinator: StatusTrackerCoordinator) -> CALLBACK_TYPE:
        """Add the requests of an entry; return a callback to remove them."""
        if self._language != self._hass.config.language:
            await self._async_load()
        self._followed[coordinator] = coordinator.async_add_listener(self._update)
        self._update()

        @callback
        def leave() -> None:
            """Remove the requests of the entry."""
            self._followed.pop(coordinator)()
            self._update()

        return leave

    @callback
    def _update(self) -> None:
        """Register the sentences again if the titles have changed."""
        if not self._ready:
            return
        if not self._followed:
            self._unregister()
            return
        titles = {coordinator: coordinator.overview.titles for coordinator in self._followed}
        if titles == self._titles and self._forms is not None:
            return
        self._titles = titles
        taken = frozenset(normalise_title(state.name) for state in self._hass.states.async_all(NAMED))
        requests = [request for coordinator in self._followed for request in coordinator.titled_requests]
        newest = sorted(requests, key=lambda one: one.journey.stage_since)[-TITLES:]
        basis = frozenset(request.title for request in newest), taken
        if basis == self._basis:
            return
        forms = sorted(forms_of(newest, taken))
        if forms != self._forms:
            self._unregister()
            self._forms = forms
            self._register()
        self._basis = basis

    def _unregister(self) -> None:
        """Unregister all sentences."""
        for unregister in self._registered:
            unregister()
        self._registered, self._forms, self._basis = [], None, None

    def _register(self) -> None:
        """Register the sentences of each question."""
        from homeassistant.components.conversation import (  # noqa: PLC0415  optional dependency
            get_agent_manager,
        )

        titles = f"({'|'.join(self._forms or ())})"
        for question in Question:
            sentences = self._texts[question]
            if question in (Question.STATUS, Question.IS_READY):
                if not self._forms:
                    continue
                sentences = [one.replace("{title}", titles) for one in sentences]
            self._registered.append(
                get_agent_manager(self._hass).register_trigger(sentences, self._answering(question))
            )

    def _answering(self, question: Question) -> Callable[[ConversationInput, RecognizeResult], Any]:
        """Return the handler of a question."""

        async def answer(said: ConversationInput, result: RecognizeResult) -> str:
            """Answer the question."""
            if listing := LISTINGS.get(question):
                return list_answer(self._hass, listing)
            if question is Question.REQUEST:
                return status_answer(self._hass, str(result.entities["request"].value).strip())
            title = self._title_in(said.text)
            return (ready_answer if question is Question.IS_READY else status_answer)(self._hass, title)

        return answer

    def _title_in(self, text: str) -> str:
        """Return the longest title in a sentence."""
        plain = normalise_title(text)
        named = [
            (len(form), request.title)
            for request in known_requests(self._hass)
            for form in map(normalise_title, spoken_titles(request.title))
            if form and (form in plain if not form.isascii() else f" {form} " in f" {plain} ")
        ]
        return max(named)[1] if named else text


DATA_SENTENCES: HassKey[Sentences] = HassKey(f"{DOMAIN}_sentences")


def sentences_of(hass: HomeAssistant) -> Sentences:
    """Return the shared instance."""
    if DATA_SENTENCES not in hass.data:
        hass.data[DATA_SENTENCES] = Sentences(hass)
    return hass.data[DATA_SENTENCES]
