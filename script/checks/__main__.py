"""Check the integration's files: python -m script.checks; one line a fault, exit status 1 if there is any.

CI also runs hassfest and the HACS action. This says most of what they say without a network, and adds what
they leave to us: that no text is missing or left over, and which room of the house may know which.
"""

from pathlib import Path
import sys

from . import files, texts
from .integration import Integration

CHECKS = (
    files.check_manifest,
    files.check_hacs,
    files.check_brand,
    files.check_imports,
    texts.check_texts,
    texts.check_sections,
    texts.check_keys,
    texts.check_usage,
    texts.check_actions,
    texts.check_icons,
)


def main() -> int:
    """Print every fault; return the exit status."""
    integration = Integration(Path(__file__).resolve().parents[2])
    for check in CHECKS:
        check(integration)
    for fault in sorted(set(integration.faults)):
        print(fault)
    return int(bool(integration.faults))


if __name__ == "__main__":
    sys.exit(main())
