"""Bodies that an endpoint takes: the least that its type asks for, from its own examples."""

from typing import Any

from msgspec import inspect

NOTHING = "00000000-0000-7000-8000-000000000000"


def least(kind: Any) -> Any:
    """The least value of a type, as JSON has it."""
    return _least(inspect.type_info(kind))


def _least(kind: inspect.Type) -> Any:  # noqa: C901, PLR0911, PLR0912 - a line for each type
    match kind:
        case inspect.Metadata(extra_json_schema={"examples": [example, *_]}):
            return example
        case inspect.Metadata(type=inner):
            return _least(inner)
        case inspect.StructType(fields=fields, tag_field=tag_field, tag=tag):
            named = {one.encode_name: _least(one.type) for one in fields if one.required}
            return named | ({tag_field: tag} if tag_field else {})
        case inspect.UnionType(types=types):
            return _least(types[0])
        case inspect.ListType(item_type=item, min_length=least_length):
            return [_least(item) for _ in range(least_length or 0)]
        case inspect.DictType():
            return {}
        case inspect.EnumType(cls=choices):
            return next(iter(choices)).value
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.UUIDType():
            return NOTHING
        case inspect.DateTimeType():
            return "2099-01-01T00:00:00Z"
        case inspect.DateType():
            return "2099-01-01"
        case inspect.IntType(ge=ge, gt=gt):
            return max(ge or 0, (gt or -1) + 1, 1)
        case inspect.DecimalType():
            return "1"
        case inspect.FloatType():
            return 1.0
        case inspect.BoolType():
            return True
        case inspect.StrType():
            return "x"
    return None
