"""The demo: a shop that has been selling for 90 days, to look at and to try.

Nothing in it is written past the verbs: the shop does over the API what any shop would. Only when
it happened is told otherwise, at its founding and never again.
"""

from .command import demo

__all__ = ["demo"]
