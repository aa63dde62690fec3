"""Every limit on a request, by name."""

from typing import Final

MAX_BODY_BYTES: Final = 1_048_576
MAX_BODY_DEPTH: Final = 32
MAX_NUMBER_CHARACTERS: Final = 40
MAX_HEADER_BYTES: Final = 16_384
MAX_TARGET_BYTES: Final = 8_192
MAX_QUERY_PARAMETERS: Final = 100
MAX_IDEMPOTENCY_KEY: Final = 255
MIN_SHARED_KEY: Final = 32
MAX_LIST_LENGTH: Final = 1_000
MAX_OBJECT_KEYS: Final = 1_000
MAX_FIELD_ERRORS: Final = 50
INT64: Final = range(-(2**63), 2**63)

MAX_PAGE: Final = 100
DEFAULT_PAGE: Final = 20

MAX_REQUESTS_IN_FLIGHT: Final = 1_000
MAX_REQUESTS_OPEN: Final = 10_000
"""Those too whose bodies are still on their way."""

MAX_BODY_BYTES_UNDER_WAY: Final = 268_435_456
"""Of all bodies that are held at one time, whole or not."""

MAX_STREAMS: Final = 1_000
MAX_STREAMS_PER_TENANT: Final = 100
HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 20.0
ENDPOINT_SECONDS: Final = 30.0
HEARTBEAT_SECONDS: Final = 15.0
STALL_SECONDS: Final = 30.0
DRAIN_SECONDS: Final = 10.0

MAX_DISCARDED_BYTES: Final = 4_194_304
DISCARD_SECONDS: Final = 5.0
