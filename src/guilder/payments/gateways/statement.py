"""Statements: what buyers read on them, in the characters that a gateway takes."""

import re
import unicodedata


def on_statement(text: str | None, *, taken: re.Pattern[str], most: int) -> str | None:
    """As much of a descriptor as a gateway takes; None where nothing is left that names anybody.

    A gateway refuses the whole charge for a character that it does not know, so letters lose
    their accents, and what cannot be written plainly is left out.
    """
    plain = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode()
    kept = " ".join("".join(taken.findall(plain)).split())[:most].rstrip()
    return kept if any(map(str.isalpha, kept)) else None
