"""The same journeys by the thousand; `script/bench --soak` runs this, nothing collects it."""

from itertools import count

from hypothesis.errors import Flaky
import pytest

from .conftest import Prove, Tally

PLAYS = 10


@pytest.mark.timeout(0)
def soak_convergence(prove: Prove, request: pytest.FixtureRequest) -> None:
    """Play one seed after the other until there were so many journeys; print each failure and go on."""
    wanted, first = request.config.getoption("--journeys"), request.config.getoption("--seed")
    whole, failures = Tally(), 0
    for seed in count(first):
        try:
            prove(seed, PLAYS, whole)
        except (AssertionError, Flaky) as err:  # flaky: it went well when it was played again
            failures += 1
            print(f"seed {seed}: {type(err).__name__}", *whole.last, sep="\n")  # noqa: T201
        if whole.journeys >= wanted:
            break
    line = f"{whole.journeys} journeys, {whole.steps} steps, {failures} failures, seeds {first} to {seed}"
    print(f"convergence: {line}")  # noqa: T201
    assert not failures
