"""A loopback server that speaks the OpenAI protocol, for tests."""
