"""`python -m dialogue_harness` is the `harness` command."""

from __future__ import annotations

import sys

from dialogue_harness.cli import main

if __name__ == "__main__":
    sys.exit(main())
