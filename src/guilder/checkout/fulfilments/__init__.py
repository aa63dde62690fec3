"""Fulfilments: what was bought is sent, in parcels that together never hold more than that."""
