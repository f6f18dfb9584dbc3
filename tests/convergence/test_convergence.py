"""However requests travel and whatever disturbs them, in the end each is shown where it is."""

import pytest

from .conftest import Prove, Tally

PLAYS = 3
JOURNEYS = 38  # of each seed; more than 300 in all


@pytest.mark.parametrize("seed", range(8))
def test_each_request_is_where_it_is(prove: Prove, seed: int) -> None:
    """Stage, reason, counts and links are those of the world; nothing was shown or told before it was so."""
    tally = Tally()
    prove(seed, PLAYS, tally)
    assert not tally.failures, "\n".join(tally.failures[0])
    assert tally.plays == PLAYS
    assert tally.journeys >= JOURNEYS
