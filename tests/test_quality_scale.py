"""quality_scale.yaml is strictly true: each rule is held against the files, as far as a machine can see."""

from functools import cache
from typing import Any

import pytest
import yaml

from .quality import bronze, gold, platinum, silver  # noqa: F401  they register their checks
from .quality.checks import CHECKS
from .quality.files import HOUSE

TIERS = {
    "bronze": """action-setup appropriate-polling brands common-modules config-flow-test-coverage config-flow
        dependency-transparency docs-actions docs-triggers docs-conditions docs-high-level-description
        docs-installation-instructions docs-removal-instructions entity-event-setup entity-unique-id
        has-entity-name runtime-data test-before-configure test-before-setup unique-config-entry""",
    "silver": """action-exceptions config-entry-unloading docs-configuration-parameters
        docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
        parallel-updates reauthentication-flow test-coverage""",
    "gold": """devices diagnostics discovery-update-info discovery docs-data-update docs-examples
        docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
        docs-use-cases dynamic-devices entity-category entity-device-class entity-disabled-by-default
        entity-translations exception-translations icon-translations reconfiguration-flow repair-issues
        stale-devices""",
    "platinum": "async-dependency inject-websession strict-typing",
}
RULES = [rule for rules in TIERS.values() for rule in rules.split()]


@cache
def scale() -> dict[str, Any]:
    """Return the rules of the file."""
    rules: dict[str, Any] = yaml.safe_load((HOUSE / "quality_scale.yaml").read_text())["rules"]
    return rules


def status(rule: str) -> str:
    """Return the status of a rule."""
    said = scale()[rule]
    return str(said["status"] if isinstance(said, dict) else said)


def test_every_rule_is_answered() -> None:
    """No rule is left out, none is invented, none is merely planned."""
    assert set(scale()) == set(RULES)
    assert {status(rule) for rule in RULES} <= {"done", "exempt"}


def test_exemptions_have_reasons() -> None:
    """Who is exempt says why, in a sentence."""
    for rule in RULES:
        if status(rule) == "exempt":
            assert len(scale()[rule]["comment"]) > 50, rule


@pytest.mark.parametrize("rule", RULES)
def test_rule_holds(rule: str) -> None:
    """What a machine can see of a rule is as the file says."""
    assert rule in CHECKS, "a rule without a check"
    CHECKS[rule]()
