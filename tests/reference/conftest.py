"""A door on a port, for browsers."""

from tests.http.conftest import served  # noqa: F401 - here too
