"""The built-in model, which needs no server."""
