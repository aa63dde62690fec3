"""`demo`: the whole system, with a shop to try it on."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from guilder.cli.options import Data, Host, Port
from guilder.cli.up import run_everything
from guilder.settings import read_settings

from .handout import Handout, keep_handout, read_handout

if TYPE_CHECKING:
    from guilder.app import System
    from guilder.cli.reach import Reach

NAME: Final = "demo.json"


def demo(*, data: Data = None, port: Port = None, host: Host = None) -> None:
    """Run everything, with a shop that has sold for 90 days. What opens it is in demo.json."""
    settings = read_settings(data=data, port=port, host=host)
    path = settings.data / NAME

    async def prepare(system: "System", found: "Reach", address: str) -> str:
        from guilder.logs import without_requests  # noqa: PLC0415 - loaded by who runs it

        from .opening import has_its_shop, open_checkout  # noqa: PLC0415

        with without_requests():
            known = read_handout(path)
            if known is None or not await has_its_shop(system, known):
                known = await _begun(system, found)
            known.base_url = address
            await open_checkout(system, known)
        keep_handout(path, known)
        return _told(known, path)

    run_everything(settings, prepare)


async def _begun(system: "System", reach: "Reach") -> Handout:
    """Found the shop and tell its 90 days."""
    from guilder.cli.say import progress  # noqa: PLC0415 - only the first start needs it

    from .counter import open_counter  # noqa: PLC0415
    from .founding import found  # noqa: PLC0415
    from .telling import tell  # noqa: PLC0415

    progress("Selling in the demo shop for 90 days")
    founded = await found(system)
    async with open_counter(system, founded.secret_key) as counter:
        shown = await tell(system, reach, counter, tenant_id=founded.tenant_id)
    return Handout(base_url="", **msgspec.structs.asdict(founded), **msgspec.structs.asdict(shown))


def _told(known: Handout, path: Path) -> str:
    """What is printed, for people; programs read the file."""
    pay = [
        f"  pay       {known.checkout_url}",
        "            with the test card that ends in 4242: no money moves",
    ]
    return "\n".join(
        [
            "",
            "  Try it:",
            "",
            *(pay if known.checkout_url else ()),
            f"  sign in   {known.base_url}/sign-in",
            f"            {known.owner_email}",
            f"            {known.owner_password}",
            "",
            f"  curl -H 'Authorization: Bearer {known.secret_key}' {known.base_url}/v1/tenant",
            "",
            f"  All of this is in {path}.",
            "",
        ]
    )
