"""Facts: what happened to an object, told after it was committed."""

import re
from typing import Any, ClassVar
from uuid import UUID

import msgspec

NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")


class Fact(msgspec.Struct, frozen=True):
    """Something that happened to one object, with the object as it was right after.

    The name is dotted, object first: `api_key.revoked`. The version rises when
    the snapshot's shape changes in a way that a listener must know.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1

    object_id: UUID
    data: msgspec.Struct

    def __init_subclass__(cls, **config: Any) -> None:
        super().__init_subclass__(**config)
        if not NAME.fullmatch(getattr(cls, "name", "")):
            raise TypeError(f"{cls.__name__} has no dotted name of small letters")
