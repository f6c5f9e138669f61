"""From the verdicts on many samples to one decision."""
