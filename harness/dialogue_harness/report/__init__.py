"""Reports of a run: its record, the table at its end, the text of a failure, and what is shown while it waits."""
