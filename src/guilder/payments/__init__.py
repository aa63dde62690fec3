"""Money taken and returned, on any rail.

A payment is written down before its gateway is asked, and its outcome after:
whatever breaks in between is settled later, so nobody is charged twice and
nothing stays unknown. What moves is entered in the ledger in the same
transaction, and the database refuses to take more than was authorized or to
give back more than was taken.
"""

from .attempts import MOVEMENT_PROBLEMS, GatewayDeclined, carry_out
from .cancellations import PaymentUnderway
from .cancellations import cancel as cancel_payment
from .draft import METHOD_PROBLEMS, NewPayment
from .events import (
    PaymentCanceled,
    PaymentFailed,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentSucceeded,
)
from .gateways import AttemptId, Gateways
from .intake import Taken, create_payments
from .payment import Payment, PaymentId, PaymentStatus
from .payments import PaymentNotFound, locked, newest_payments, payment_by_id, payments_by_ids
from .refunds import RefundNotAllowed, refund
from .routing import gateways_for_buyers
from .settlement import UNTRIED, look_into
from .timeline import Moment, timeline, timelines
from .transaction import Transaction, TransactionStatus, TransactionType
from .transactions import transaction_by_id, transactions_of
from .views import Country, GatewayName, Method

__all__ = [
    "METHOD_PROBLEMS",
    "MOVEMENT_PROBLEMS",
    "UNTRIED",
    "AttemptId",
    "Country",
    "GatewayDeclined",
    "GatewayName",
    "Gateways",
    "Method",
    "Moment",
    "NewPayment",
    "Payment",
    "PaymentCanceled",
    "PaymentFailed",
    "PaymentId",
    "PaymentNotFound",
    "PaymentRefundFailed",
    "PaymentRefunded",
    "PaymentStatus",
    "PaymentSucceeded",
    "PaymentUnderway",
    "RefundNotAllowed",
    "Taken",
    "Transaction",
    "TransactionStatus",
    "TransactionType",
    "cancel_payment",
    "carry_out",
    "create_payments",
    "gateways_for_buyers",
    "locked",
    "look_into",
    "newest_payments",
    "payment_by_id",
    "payments_by_ids",
    "refund",
    "timeline",
    "timelines",
    "transaction_by_id",
    "transactions_of",
]
