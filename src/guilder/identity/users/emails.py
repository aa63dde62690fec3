"""E-mail addresses, as they are written down: whatever compares equal is one address."""

import re
import unicodedata
from typing import Final

from guilder.kernel import Problem

LONGEST: Final = 254
FORM: Final = re.compile(
    r"[^@\s\x00-\x1f\x7f<>(),:;\"\[\]\\]{1,64}@"
    r"[^@\s\x00-\x1f\x7f<>(),:;\"\[\]\\.]+(\.[^@\s\x00-\x1f\x7f<>(),:;\"\[\]\\.]+)*"
)
UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that nobody sees, by which two addresses would look the same."""


class EmailNotValid(Problem, status=422):
    """This cannot be an e-mail address."""


def normal_email(text: str) -> str:
    """An address without what makes no difference: width, space around it, a last dot.

    Upper and lower case stay as they were written; `kernel.fold` compares without them.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    local, _, domain = plain.rpartition("@")
    plain = f"{local}@{domain.rstrip('.')}"
    if len(plain) > LONGEST or not FORM.fullmatch(plain) or not is_seen(plain):
        raise EmailNotValid
    return plain


def is_seen(text: str) -> bool:
    """Whether there is nothing in it by which it would look like another and be none."""
    return not any(unicodedata.category(character) in UNSEEN for character in text)
