"""What each message has to look like."""
