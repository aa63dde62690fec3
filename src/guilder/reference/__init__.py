"""What the API says of itself: an OpenAPI document, and a page that people read.

Both are written from the endpoints' own types and problems, so they cannot say
anything else than what is done.
"""

from .docs import PAGES, docs_endpoints, render
from .openapi import openapi

__all__ = ["PAGES", "docs_endpoints", "openapi", "render"]
