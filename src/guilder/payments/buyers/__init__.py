"""What becomes of a buyer's payments and instruments: merged, erased, and exported."""

from .exports import EXPORTS
from .reactions import detach_of_erased, move_to_merged

__all__ = ["EXPORTS", "detach_of_erased", "move_to_merged"]
