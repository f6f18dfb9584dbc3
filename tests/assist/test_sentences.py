"""The sentences of every language: all questions, in a form that Home Assistant can read."""

from pathlib import Path

from hassil.parse_expression import parse_sentence
import pytest

from custom_components.status_tracker.assist.answers import Listing
from custom_components.status_tracker.assist.sentences import FOLDER, Question, load_sentences

LANGUAGES = sorted(path.stem for path in (FOLDER.parents[1] / "translations").glob("*.json"))


def test_every_language_has_sentences() -> None:
    """Those of the translations, no more."""
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == LANGUAGES
    assert len(LANGUAGES) == 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_can_be_asked(language: str) -> None:
    """With a title where it is about one; a bare title alone is no sentence."""
    sentences = load_sentences(language)
    assert set(sentences) == set(Question)
    for question, texts in sentences.items():
        placeholder = {
            Question.STATUS: "{title}",
            Question.IS_READY: "{title}",
            Question.REQUEST: "{request}",
        }.get(Question(question), "")
        for text in texts:
            parse_sentence(text)
            assert text.count("{") == (1 if placeholder else 0), text
            assert placeholder in text, text
            assert not any(mark in text for mark in "?!.,"), text


@pytest.mark.parametrize(
    ("language", "file"), [("en-GB", "en"), ("de-CH", "de"), ("pt-BR", "pt-BR"), ("pt", "en"), ("xx", "en")]
)
def test_a_language_without_sentences_has_those_of_its_kin(language: str, file: str) -> None:
    """Else the English ones."""
    assert load_sentences(language) == load_sentences(file)


def test_every_list_has_a_word_for_none() -> None:
    """Each listing that can be asked for is answered where there is nothing."""
    english = (Path(FOLDER).parents[1] / "translations" / "en.json").read_text()
    for listing in Listing:
        assert f'"assist_none_{listing}"' in english
