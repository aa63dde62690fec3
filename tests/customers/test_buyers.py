"""What a buyer may see of themselves."""

from typing import Any

import msgspec

from guilder.customers import BuyerView, show_to_buyer
from tests.customers.people import ADA, taken_in
from tests.world import World


async def test_what_the_tenant_keeps_for_itself_does_not_reach_the_buyer(world: World) -> None:
    ada = await taken_in(world, **ADA)

    shown: dict[str, Any] = msgspec.to_builtins(show_to_buyer(ada))

    assert shown == {"id": str(ada.id)} | {
        name: value for name, value in ADA.items() if name != "internal_metadata"
    }
    assert "internal_metadata" not in BuyerView.__struct_fields__
