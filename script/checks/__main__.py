"""Check the integration's files: python -m script.checks; prints the faults, exit status 1 if any.

CI also runs hassfest and the HACS action. These checks cover most of them without network access, and add
checks for missing and unused texts and for the imports between packages.
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
    """Print all faults; return the exit status."""
    integration = Integration(Path(__file__).resolve().parents[2])
    for check in CHECKS:
        check(integration)
    for fault in sorted(set(integration.faults)):
        print(fault)
    return int(bool(integration.faults))


if __name__ == "__main__":
    sys.exit(main())
