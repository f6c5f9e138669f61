"""Transcripts: dialogues as text that people pass around, one file a format."""
