"""What a tenant may read of its facts: as a list, and as a live stream.

The list and the stream show the same log in the same order, and a reader of the
stream who comes back with the last event that it saw misses nothing.
"""
