"""Returns: somebody comes back from an issuer with a code, and is signed in, or is not."""

from guilder.db import Pool
from guilder.identity.entrance import Entered
from guilder.identity.sessions import Origin

from .arrivals import Arrival, arrive
from .journeys import Return, Taken, take
from .openid import Client, Issuers, SignInNotProved
from .providers import secret_of


async def come_back(
    pool: Pool, issuers: Issuers, returned: Return, *, origin: Origin
) -> tuple[Entered, str | None]:
    """Begin a session of whoever the issuer says this is, and say where they want to go on."""
    taken = await take(pool, issuers.vault, returned)
    await _require_issuer(issuers, taken, returned.issuer)
    provider = taken.provider
    client = Client(
        provider.issuer,
        provider.client_id,
        secret_of(issuers.vault, taken.tenant_id, provider),
    )
    claims = await issuers.redeem(client, taken.code)
    arrival = Arrival(tenant_id=taken.tenant_id, provider=provider, claims=claims, origin=origin)
    return await arrive(pool, arrival), taken.return_to


async def _require_issuer(issuers: Issuers, taken: Taken, told: str | None) -> None:
    """A code goes to nobody but to who gave it: an issuer that can say so has to."""
    metadata = await issuers.metadata(taken.provider.issuer)
    must_tell = metadata.authorization_response_iss_parameter_supported
    if told != metadata.issuer and (told is not None or must_tell):
        raise SignInNotProved(reason="another issuer has answered")
