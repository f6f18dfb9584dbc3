"""Titles as people say them."""

from dataclasses import replace

import pytest

from custom_components.status_tracker.pipeline.requests import Tracked
from custom_components.status_tracker.pipeline.titles import find_by_title, spoken_titles

from .builders.arr import film
from .builders.evaluation import only
from .builders.requests import request
from .builders.services import STACK

ONE = only(*STACK, request(), film())


def requests(*titles: str, year: int | None = 2010) -> list[Tracked]:
    """Return requests of these titles."""
    return [replace(ONE, title=title, year=year) for title in titles]


KNOWN = requests(
    "Sintel",
    "The Long Way Home",
    "Frieren: Beyond Journey's End",
    "Amélie",
    "Dune: Part One",
    "Dune: Part Two",
    "Fast & Furious",
    "It",
    "君の名は",
    "Alien",
    "Aliens",
    "Alien 3",
)


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        ("sintel", ["Sintel"]),
        ("Sintle", ["Sintel"]),
        ("long way home", ["The Long Way Home"]),
        ("the frieren", ["Frieren: Beyond Journey's End"]),
        ("Frieren beyond journeys end", ["Frieren: Beyond Journey's End"]),
        ("amelie", ["Amélie"]),
        ("dune", ["Dune: Part One", "Dune: Part Two"]),
        ("Dune part two", ["Dune: Part Two"]),
        ("fast and furious", ["Fast & Furious"]),
        ("it", ["It"]),
        ("君の名は", ["君の名は"]),
        ("alien", ["Alien"]),
        ("alien 4", []),
        ("way", []),
        ("the", []),
        ("?!", []),
        ("Solaris", []),
    ],
)
def test_what_is_said_means_a_request(said: str, titles: list[str]) -> None:
    """Exactly, without what people leave out, nearly; never something else."""
    assert [one.title for one in find_by_title(said, KNOWN)] == titles


def test_a_year_picks_among_films_of_one_name() -> None:
    """And a title may end in one by itself."""
    old, new = requests("Dune", year=1984), requests("Dune", year=2021)
    runner = requests("Blade Runner 2049", year=2017)
    assert find_by_title("Dune 2021", [*old, *new, *runner]) == new
    assert find_by_title("dune (1984)", [*old, *new]) == old
    assert find_by_title("blade runner 2049", [*old, *runner]) == runner
    assert find_by_title("Dune 1999", [*old, *new]) == []


def test_what_may_mean_many_means_none() -> None:
    """A word that ten titles share picks none of them."""
    many = requests(*(f"Report {letter}" for letter in "ABCDEFGHIJ"))
    assert find_by_title("report", many) == []


def test_the_ways_a_title_is_said() -> None:
    """Whole, without its subtitle, without an article."""
    assert spoken_titles("The Matrix: Reloaded") == [
        "The Matrix: Reloaded",
        "The Matrix",
        "Matrix: Reloaded",
        "Matrix",
    ]
    assert spoken_titles("L'Avventura") == ["L'Avventura", "Avventura"]
    assert spoken_titles("M: X") == ["M: X"]
