"""The turn loop, many dialogues at once, and what becomes of a scenario that has no valid recording."""
