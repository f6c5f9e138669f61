"""Termination loops: a pair that cannot stop."""
