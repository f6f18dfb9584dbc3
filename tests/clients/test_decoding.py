"""JSON in which an emoji was cut off is read; what is no JSON is not."""

from dataclasses import dataclass
import json

from hypothesis import given, settings, strategies as st
import orjson
import pytest

from custom_components.status_tracker.clients.decoding import ListBody, decode_json, whole_text
from custom_components.status_tracker.clients.errors import BadAnswer
from custom_components.status_tracker.clients.model import Answer, digits
from custom_components.status_tracker.clients.push import fold_keys


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r'{"a": "x\ud83d"}', {"a": "x\ufffd"}),
        (r'{"a": "\udc00\ud83d\ude00"}', {"a": "\ufffd\U0001f600"}),
        (r'{"a": "\\ud83d\ud83d\\"}', {"a": "\\ud83d\ufffd\\"}),
        (r'{"a": "\ud83d\ud83d\ude00"}', {"a": "\ufffd\U0001f600"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
    ],
)
def test_halves_of_characters(body: str | bytes, expected: object) -> None:
    """Each becomes the sign for what cannot be shown; whole ones and backslashes stay."""
    assert decode_json(body) == expected


@pytest.mark.parametrize("body", ["", "{", '{"a": NaN}', '{"a": "\x00"}', "[" * 9999, r'{"a": "\ud8"}'])
def test_no_json(body: str) -> None:
    """One error for all."""
    for one in (body, body.encode()):
        with pytest.raises(orjson.JSONDecodeError):
            decode_json(one)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=20))
@settings(max_examples=200, derandomize=True, database=None, deadline=None)
def test_any_text_comes_through(text: str) -> None:
    """What can be encoded is unchanged, the rest can be encoded, whichever way it comes."""
    (read,) = decode_json(json.dumps([text]))
    assert orjson.dumps(read)
    assert read == whole_text(text) == fold_keys(text)
    assert whole_text(read) == read
    if text.encode("utf-8", "ignore").decode() == text:
        assert read == text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized(Answer):
    """An answer with numbers."""

    id: int = 0
    size: float = 0


@pytest.mark.parametrize(
    "number", [1e30, -1e30, 2**64, float("nan"), float("inf"), "9" * 40, "9" * 5000, [1]]
)
@pytest.mark.parametrize("name", ["id", "size"])
def test_numbers_that_cannot_be_stored(name: str, number: object) -> None:
    """A number that JSON or the database cannot hold is an error of its service, and is not stored."""
    with pytest.raises(BadAnswer):
        Sized.parse({name: number})


def test_numbers_of_any_spelling() -> None:
    """Services send numbers as text, and sizes as fractions."""
    assert Sized.parse({"id": "12", "size": 5.5e12}) == Sized(id=12, size=5.5e12)
    assert [digits(text) for text in ("007", "", "-1", "²", "9" * 5000)] == [7, None, None, None, None]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["Items", "StartIndex", "x"]), VALUES), st.sampled_from([None, 2]))
@settings(max_examples=200, derandomize=True, database=None, deadline=None)
def test_a_list_is_read_one_by_one(data: dict[str, object], indent: int | None) -> None:
    """Elements and other keys are the same as when all is decoded at once."""
    body = ListBody(json.dumps(data, indent=indent), "Items")
    rows = list(body)
    listed = isinstance(data.get("Items"), list)
    assert body.listed is listed
    assert rows == (data["Items"] if listed else [])
    assert body.others == {key: value for key, value in data.items() if key != "Items" or not listed}


def test_halves_of_characters_in_a_list() -> None:
    """They become the sign for what cannot be shown."""
    assert list(ListBody(r'{"Items": ["x\ud83d", "\ud83d\ude00"]}', "Items")) == ["x\ufffd", "\U0001f600"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[1]",
        '{"Items": [1',
        '{"Items": [1, ]}',
        '{"Items": [1]',
        '{"Items": [1]} x',
        '{"Items": [1], }',
        '{"Items" [1]}',
        '{"Items": [NaN]}',
        f'{{"Items": [{"9" * 5000}]}}',
        f'{{"Items": {"[" * 99_999}',
    ],
)
def test_no_list(body: str) -> None:
    """One error for all."""
    with pytest.raises(json.JSONDecodeError):
        list(ListBody(body, "Items"))
