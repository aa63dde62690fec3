"""The reader: in which language a receipt is read, and what it says in it."""

from guilder.storefront.tongue import Tongue

from .words import Words, words_in


class Reader(Tongue, frozen=True):
    """A tongue, and the words of receipts in it."""

    @property
    def words(self) -> Words:
        """All that is said in this language."""
        return words_in(self.language)
