"""What payments add to the system."""

from guilder.jobs import InWorld
from guilder.manifest import Manifest

from .agreement import (
    DAILY,
    CheckLedger,
    Reconcile,
    ReconcileDaily,
    ReconciliationFinished,
    check_ledger_later,
    reconcile,
    reconcile_daily,
)
from .agreement.api import ENDPOINTS as AGREEMENT
from .api import ENDPOINTS
from .buyers import EXPORTS, detach_of_erased, move_to_merged
from .disputes import DisputeDecided, DisputeOpened, DisputeUpdated
from .disputes.api import ENDPOINTS as DISPUTES
from .events import FACTS
from .expiry import expire
from .followups import ExpirePayment, SettleAttempt
from .gateways import SandboxTold
from .gateways.api import ENDPOINTS as GATEWAYS
from .methods import (
    ForgetMethod,
    PaymentMethodAttached,
    PaymentMethodDetached,
    PaymentMethodUpdated,
    forget,
)
from .methods.api import ENDPOINTS as METHODS
from .notices import ApplyNotice, apply, send_sandbox_notice
from .notices.api import ENDPOINTS as NOTICES
from .routing.api import ENDPOINTS as ROUTING
from .settlement import settle

MANIFEST = Manifest(
    endpoints=(
        *ENDPOINTS,
        *METHODS,
        *GATEWAYS,
        *ROUTING,
        *DISPUTES,
        *AGREEMENT,
        *NOTICES,
    ),
    handlers=(
        InWorld(SettleAttempt, settle),
        InWorld(ExpirePayment, expire),
        InWorld(ApplyNotice, apply),
        InWorld(ForgetMethod, forget),
        InWorld(SandboxTold, send_sandbox_notice),
        InWorld(Reconcile, reconcile),
        InWorld(ReconcileDaily, reconcile_daily),
        InWorld(CheckLedger, check_ledger_later),
    ),
    schedules=(DAILY,),
    consumers=(move_to_merged, detach_of_erased),
    exports=EXPORTS,
    facts=(
        *FACTS,
        PaymentMethodAttached,
        PaymentMethodUpdated,
        PaymentMethodDetached,
        DisputeOpened,
        DisputeUpdated,
        DisputeDecided,
        ReconciliationFinished,
    ),
    permissions=(
        "disputes:read",
        "disputes:write",
        "gateways:read",
        "gateways:write",
        "ledger:read",
        "payment_methods:read",
        "payment_methods:write",
        "payments:read",
        "payments:write",
    ),
)
