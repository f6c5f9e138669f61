"""How far `conforms(schema=…)` agrees with the official JSON Schema suite: ``python benchmarks/schema_suite.py``.

Material: ``../shared/json-schema-suite``, draft 2020-12, the required tests. Where it is absent, the script says so.
Printed are the tests that come out otherwise. Two differences are meant and counted apart: a remote document is never
fetched, and a format is asserted where the suite has it as an annotation only.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

from corpus import SHARED
from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Message
from dialogue_harness.errors import CheckError

SUITE = SHARED / "json-schema-suite" / "draft2020-12"
BAR = 10
REMOTE = "needs a remote document"
ASSERTED = "asserts a format"


def main() -> int:
    """Print the table and return 1 where more tests differ than the bar allows."""
    if not SUITE.is_dir():
        print(f"skipped: there is no {SUITE}")
        return 0
    counts: Counter[str] = Counter()
    for path in sorted(SUITE.glob("*.json")):
        for group in json.loads(path.read_text(encoding="utf-8")):
            for test in group["tests"]:
                outcome = _outcome(group["schema"], test["data"], valid=test["valid"])
                if path.stem == "format" and outcome == "valid is right":
                    outcome = ASSERTED
                counts[outcome] += 1
                if outcome not in {"agrees", REMOTE, ASSERTED}:
                    print(f"{path.stem}: {group['description']}: {test['description']}: {outcome}")
    total = counts.total()
    meant = counts[REMOTE] + counts[ASSERTED]
    differ = total - counts["agrees"] - meant
    print(f"{total} tests: {counts['agrees']} agree")
    print(f"meant: {counts[REMOTE]} need a remote document, {counts[ASSERTED]} assert a format")
    print(f"{differ} differ (bar: at most {BAR}) {'✓' if differ <= BAR else '✗'}")
    return int(differ > BAR)


def _outcome(schema: object, data: object, *, valid: bool) -> str:
    try:
        verdict = conforms(Message(1, "A", json.dumps(data)), schema=schema)  # type: ignore[arg-type]  # any JSON value
    except CheckError as error:
        if "refers to what is not in the schema" in error.headline or "must name a draft" in error.headline:
            return REMOTE
        return f"refused: {error.headline}"
    return "agrees" if bool(verdict) == valid else f"{'valid' if valid else 'invalid'} is right"


if __name__ == "__main__":
    sys.exit(main())
