"""Whether a dialogue stays on its topic."""
