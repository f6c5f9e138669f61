"""Where the repository and the data that stays outside it lie."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = ROOT.parent / "shared"
SEEDS: Final = SHARED / "seeds"
CORPUS: Final = SHARED / "corpus"
