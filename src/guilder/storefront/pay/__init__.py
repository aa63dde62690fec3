"""The payment page: a buyer sees what is bought, pays, and sees what became of it.

Whoever has its address may. It is whole without JavaScript, and paying is the same verb as
over the API: pressed twice, or in two tabs, it is paid once.
"""

from .api import ENDPOINTS

__all__ = ["ENDPOINTS"]
