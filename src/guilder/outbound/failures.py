"""What can become of a request to somebody else's address, and what is sure then."""


class OutboundFailed(Exception):
    """What was asked of an address came to nothing."""


class AddressNotValid(OutboundFailed):
    """This is not an address that we ask. Nothing was sent."""


class AddressRefused(OutboundFailed):
    """The address leads to where no request of ours goes. Nothing was sent."""


class NotReached(OutboundFailed):
    """Nobody took the request. Nothing was sent."""


class AnswerLost(OutboundFailed):
    """The request was sent, and no whole answer came in time."""


class AnswerRefused(OutboundFailed):
    """An answer came that we do not read: it is too large, compressed, or only leads on."""
