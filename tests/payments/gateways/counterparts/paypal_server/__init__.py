"""A server of the shape of PayPal's, written from what PayPal documents: loopback only."""

from .server import PayPalServer

__all__ = ["PayPalServer"]
