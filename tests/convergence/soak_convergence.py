"""The same journeys by the thousand; `script/bench --soak` runs this, nothing collects it."""

from itertools import count
from time import monotonic

import pytest

from .conftest import Prove, Tally

PLAYS = 10


@pytest.mark.timeout(0)
def soak_convergence(prove: Prove, request: pytest.FixtureRequest) -> None:
    """Play one seed after the other until there were so many journeys; print each failure and go on."""
    wanted, first = request.config.getoption("--journeys"), request.config.getoption("--seed")
    whole, began = Tally(), monotonic()
    for seed in count(first):
        known = len(whole.failures)
        prove(seed, PLAYS, whole)
        for trace in whole.failures[known:]:
            print(f"seed {seed}:", *trace, sep="\n", flush=True)  # noqa: T201
        minutes = (monotonic() - began) / 60
        print(  # noqa: T201
            f"convergence: {whole.journeys} journeys, {whole.steps} steps, {len(whole.failures)} failures,"
            f" {whole.prompt} of {whole.plays} households right after one poll,"
            f" {whole.refreshed} after a refresh,"
            f" seeds {first} to {seed}, {minutes:.0f} minutes",
            flush=True,
        )
        if whole.journeys >= wanted:
            break
    assert not whole.failures
