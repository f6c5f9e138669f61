"""ContextBuilder of one run: the record it leaves, the table at its end, the text of a failure."""
