"""Transcripts: dialogues as text that people pass around."""
