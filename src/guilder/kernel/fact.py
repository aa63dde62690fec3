"""Facts: what happened to an object, told after it was committed."""

from typing import ClassVar
from uuid import UUID

import msgspec


class Fact(msgspec.Struct, frozen=True):
    """Something that happened to one object, with the object as it was right after.

    The name is dotted, object first: `api_key.revoked`. The version rises when
    the snapshot's shape changes in a way that a listener must know.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1

    object_id: UUID
    data: msgspec.Struct
