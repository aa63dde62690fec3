"""The wire: bytes that come and go, strictly read, written at once, and in time."""
