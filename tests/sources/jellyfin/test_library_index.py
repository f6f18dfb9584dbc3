"""The index: finds what was put in, forgets what is gone, and stays small."""

import hashlib
import tracemalloc

import pytest

from custom_components.status_tracker.sources.jellyfin.key_table import KeyTable

BYTES_AN_ITEM = 120


def item_id(number: int) -> str:
    """Return the id of an item."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def keys(number: int) -> tuple[str, ...]:
    """Return what a film is found by."""
    return (
        f"tmdb_movie:{number}",
        f"imdb:tt{number:07}",
        f"tvdb_movie:{number}",
        f"path:film {number}/film {number}.mkv",
    )


def test_finds_each_of_many() -> None:
    """Every key of every item leads to it, whether sorted in or not; others lead nowhere."""
    index = KeyTable()
    for number in range(20_000):
        index.put(item_id(number), keys(number))
    assert index.size == 20_000
    for number in range(0, 20_000, 37):
        for key in keys(number):
            assert index.find(key) == {item_id(number)}
    assert not any(index.find(f"tmdb_show:{number}") for number in range(2000))


def test_one_key_and_several_items() -> None:
    """Versions and double libraries share an id."""
    index = KeyTable()
    for number in range(3):
        index.put(item_id(number), ("imdb:tt1",))
    assert index.find("imdb:tt1") == {item_id(0), item_id(1), item_id(2)}


def test_putting_in_again_costs_nothing_and_adds_what_is_new() -> None:
    """An item seen in every delta is held once; ids that come late lead to it too."""
    index = KeyTable()
    for _ in range(9000):
        index.put(item_id(1), keys(1))
    assert index.size == 1
    index.put(item_id(1), (*keys(1), "anidb_anime:5"))
    assert index.size == 1
    assert index.find("anidb_anime:5") == {item_id(1)}


def test_gone_and_back() -> None:
    """What is gone is found no more, until it is put in again."""
    index = KeyTable()
    index.put(item_id(1), keys(1))
    index.discard(item_id(1))
    assert index.find("tmdb_movie:1") == set()
    index.put(item_id(1), keys(1))
    assert index.find("tmdb_movie:1") == {item_id(1)}


@pytest.mark.parametrize("odd", ["", "abc", "zz" * 16, "a" * 31, "a" * 34])
def test_odd_ids(odd: str) -> None:
    """What is no id is refused."""
    with pytest.raises(ValueError, match=r".+"):
        KeyTable().put(odd, ("imdb:tt1",))


def test_stays_small() -> None:
    """A hundred-odd bytes an item: some six million for 50,000, and no object for any of them."""
    ids = [item_id(number) for number in range(20_000)]
    tracemalloc.start()
    try:
        index = KeyTable()
        for number, one in enumerate(ids):
            index.put(one, keys(number))
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert index.find("tmdb_movie:5") == {item_id(5)}
    assert held < 20_000 * BYTES_AN_ITEM
    assert peak < 20_000 * 2 * BYTES_AN_ITEM
