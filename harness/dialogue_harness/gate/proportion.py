"""The plain decision: did a large enough share of the samples pass?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """One verdict over the samples of a test.

    Attributes:
        passed: samples whose body passed.
        total: samples that were judged.
        required: share of them that has to pass, from 0 to 1.

    """

    passed: int
    total: int
    required: float

    def __bool__(self) -> bool:
        """Return whether the share reaches what is required; a share equal to it does."""
        # 0.8 * 5 is 4.000000000000001 in some orders of operation; a count is compared with a count instead.
        return self.passed >= self.required * self.total - 1e-9

    def __str__(self) -> str:
        """Say it in one line: what passed, and what was required."""
        share = f"{self.passed} of {self.total} samples passed"
        if self.total == 0:
            return "no sample was judged"
        return f"{share} ({self.passed / self.total:.0%}), {self.required:.0%} required"
