"""The check of each rule, by the name of the rule."""

from collections.abc import Callable

type Check = Callable[[], None]
CHECKS: dict[str, Check] = {}


def check(*rules: str) -> Callable[[Check], Check]:
    """Register a function as the check of these rules."""

    def register(function: Check) -> Check:
        """Register it."""
        CHECKS.update(dict.fromkeys(rules, function))
        return function

    return register
