"""Whom we trust to say who somebody is: the usual authorities, and those of SSL_CERT_FILE."""

import functools
import ssl


@functools.cache
def trusted() -> ssl.SSLContext:
    """All share one: to read them all takes as long as many a request."""
    import httpx  # noqa: PLC0415 - a command that asks nobody would wait for it in vain

    return httpx.create_ssl_context()
