"""Who can speak."""
