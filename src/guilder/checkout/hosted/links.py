"""Links: whoever has the address of a payment page may see it, and pay."""

import hmac

from guilder.checkout.sessions import CheckoutNotFound, Session, claim_of, session_by_id
from guilder.db import Tx


async def session_of_link(tx: Tx, token: str) -> Session:
    """The checkout that a token was made for.

    The token is compared with the one that was kept, letter by letter, so it holds for as long as
    the checkout is remembered, whichever keys are published by then.
    """
    claim = claim_of(token)
    if claim is None or claim.tenant != tx.tenant_id:
        raise CheckoutNotFound
    session = await session_by_id(tx, claim.sub)
    if not hmac.compare_digest(session.token.encode(), token.encode()):
        raise CheckoutNotFound
    return session
