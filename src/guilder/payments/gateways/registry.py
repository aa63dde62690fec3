"""The gateways of this process: an adapter for each account, made when it is first asked for."""

from typing import Final, final

from guilder.db import Pool, Tx
from guilder.kernel import TenantId, Tool, Vault

from .accounts import (
    SEVERAL_CAPTURES,
    GatewayAccount,
    GatewayNotConfigured,
    find_account,
    missing_in,
    secrets_of,
)
from .gateway import Gateway, GatewayUnavailable
from .sandbox import CARDS, SandboxGateway

CALL_SECONDS: Final = 20.0
"""How long a gateway may take to answer; a request lives a little longer."""

MOST_KEPT: Final = 1_000

STRIPE: Final = "stripe"
KEYS_FOR_TESTS: Final = ("sk_test_", "rk_test_")
"""How the keys of Stripe begin with which no money is moved."""


@final
class Gateways(Tool):
    """Makes the adapter for a tenant's account, and keeps it while the account stays as it is."""

    def __init__(
        self,
        pool: Pool,
        vault: Vault,
        *,
        public_url: str = "",
        stripe_url: str | None = None,
        paypal_url: str | None = None,
    ) -> None:
        self._pool = pool
        self._vault = vault
        self.public_url = public_url
        self._stripe_url = stripe_url
        self._paypal_url = paypal_url
        self._made: dict[tuple[TenantId, str], tuple[GatewayAccount, Gateway]] = {}

    @property
    def vault(self) -> Vault:
        return self._vault

    async def of(self, tx: Tx, name: str) -> Gateway:
        """The adapter with the credentials as they are in this transaction."""
        if name == SandboxGateway.name:
            return self.sandbox(tx.tenant_id)
        account = await find_account(tx, tenant_id=tx.tenant_id, name=name)
        if account is None:
            raise GatewayNotConfigured
        known = self._made.get((tx.tenant_id, name))
        if known and known[0] == account:
            return known[1]
        adapter = self._make(tx.tenant_id, account)
        while len(self._made) >= MOST_KEPT:
            del self._made[next(iter(self._made))]
        self._made[tx.tenant_id, name] = account, adapter
        return adapter

    def sandbox(self, tenant_id: TenantId) -> SandboxGateway:
        """The tenant's own sandbox, which needs no account."""
        key = self._vault.derive(f"sandbox {tenant_id}".encode())
        return SandboxGateway(self._pool, tenant_id, key=key, public_url=self.public_url)

    async def knows(self, tx: Tx, token: str, *, of: str, at: str) -> bool:
        """Whether a token that was made for one gateway means the same at another.

        It is a name that one gateway gave. Only the cards for tests have the same names at
        Stripe and at the sandbox, which stands in for nobody who moves money.
        """
        if (of, at) != (STRIPE, SandboxGateway.name) or token not in CARDS:
            return False
        account = await find_account(tx, tenant_id=tx.tenant_id, name=of)
        secrets = secrets_of(self._vault, tx.tenant_id, account) if account else {}
        return secrets.get("secret_key", "").startswith(KEYS_FOR_TESTS)

    def _make(self, tenant_id: TenantId, account: GatewayAccount) -> Gateway:
        secrets = secrets_of(self._vault, tenant_id, account)
        if missing_in(account, secrets):
            raise GatewayNotConfigured
        if account.name == STRIPE:
            from .stripe import StripeGateway  # noqa: PLC0415 - the SDK is slow to load

            return StripeGateway(
                secret_key=secrets["secret_key"],
                webhook_secret=secrets["webhook_secret"],
                api_base=self._stripe_url,
                has_several_captures=account.settings.get(SEVERAL_CAPTURES) == "yes",
                timeout_seconds=CALL_SECONDS,
            )
        if account.name == "paypal":
            from .paypal import PayPalGateway  # noqa: PLC0415 - likewise

            return PayPalGateway(
                client_id=account.settings["client_id"],
                client_secret=secrets["client_secret"],
                webhook_id=account.settings["webhook_id"],
                timeout_seconds=CALL_SECONDS,
                api_base=self._paypal_url,
            )
        raise GatewayUnavailable(account.name)
