"""Pages: what every page needs. They are whole without JavaScript.

A page is rendered on the server, from templates that escape what they show. A form is
accepted only from a page of ours that the same browser was shown.
"""

from .assets import ENDPOINTS
from .cookies import SESSION_COOKIE, VISITOR_COOKIE, cookie, cookie_in, forgotten
from .forms import FormNotGenuine, Forms
from .problems import problem_page
from .redirects import is_own_path, redirect
from .templates import Templates, page

__all__ = [
    "ENDPOINTS",
    "SESSION_COOKIE",
    "VISITOR_COOKIE",
    "FormNotGenuine",
    "Forms",
    "Templates",
    "cookie",
    "cookie_in",
    "forgotten",
    "is_own_path",
    "page",
    "problem_page",
    "redirect",
]
