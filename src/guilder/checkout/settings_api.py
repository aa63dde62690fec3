"""The API of the settings: how a tenant sells."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.customers import Address
from guilder.db import Tx
from guilder.http import get, patch

from .fields import Country, Region
from .limits import LONGEST_URL
from .settings import Settings, SettingsChanges, change_settings, current_settings
from .taxes import VatNumberNotValid

VatNumber = Annotated[
    str,
    Meta(
        min_length=4,
        max_length=20,
        pattern=r"\S",
        description="The seller's own, without which a sale to another EU country is taxed.",
        examples=["NL853746333B01"],
    ),
]
CheckoutMinutes = Annotated[
    int, Meta(ge=1, le=1440, description="How long a checkout stays open.", examples=[30])
]
CartDays = Annotated[int, Meta(ge=1, le=365, description="How long a cart is kept.", examples=[30])]
AbandonedMinutes = Annotated[
    int, Meta(ge=1, le=43200, description="After which an idle cart is abandoned.", examples=[60])
]
MaxRefunds = Annotated[
    int, Meta(ge=1, le=1000, description="How often an order may be refunded.", examples=[20])
]
LogoUrl = Annotated[
    str,
    Meta(
        max_length=LONGEST_URL,
        pattern=r"^https://[^\s\"'<>]+$(?!\n)",
        description="Shown on the payment page.",
        examples=["https://shop.example/logo.svg"],
    ),
]
BrandColor = Annotated[
    str,
    Meta(
        pattern=r"^#[0-9a-f]{6}$(?!\n)",
        description="Of buttons and links on the payment page, with as much contrast as they need.",
        examples=["#7a1f5c"],
    ),
]
SupportEmail = Annotated[
    str,
    Meta(
        max_length=254,
        pattern=r"^[^@\s\"'<>?&]+@[^@\s\"'<>?&]+$(?!\n)",
        description="Whom buyers may ask.",
        examples=["help@shop.example"],
    ),
]

SellerAddress = Annotated[Address, Meta(description="Who sells, as it stands on receipts.")]
SendReceipts = Annotated[
    bool, Meta(description="Whether buyers are sent a receipt of what they ordered.")
]
IssueInvoices = Annotated[
    bool, Meta(description="Whether each order gets its invoice at once, not only who asks.")
]


class CheckoutSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the tenant sells."""

    seller_country: Country | None
    seller_region: Region | None
    vat_number: VatNumber | None
    checkout_minutes: CheckoutMinutes
    cart_days: CartDays
    abandoned_minutes: AbandonedMinutes
    max_refunds: MaxRefunds
    logo_url: LogoUrl | None
    brand_color: BrandColor | None
    support_email: SupportEmail | None
    seller_address: SellerAddress | None
    send_receipts: SendReceipts
    issue_invoices: IssueInvoices


class CheckoutSettingsPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays."""

    seller_country: Country | UnsetType | None = UNSET
    seller_region: Region | UnsetType | None = UNSET
    vat_number: VatNumber | UnsetType | None = UNSET
    checkout_minutes: CheckoutMinutes | UnsetType = UNSET
    cart_days: CartDays | UnsetType = UNSET
    abandoned_minutes: AbandonedMinutes | UnsetType = UNSET
    max_refunds: MaxRefunds | UnsetType = UNSET
    logo_url: LogoUrl | UnsetType | None = UNSET
    brand_color: BrandColor | UnsetType | None = UNSET
    support_email: SupportEmail | UnsetType | None = UNSET
    seller_address: SellerAddress | UnsetType | None = UNSET
    send_receipts: SendReceipts | UnsetType = UNSET
    issue_invoices: IssueInvoices | UnsetType = UNSET


@get("/v1/checkout-settings", "checkout:read")
async def show_checkout_settings(tx: Tx) -> CheckoutSettings:
    """See how the tenant sells."""
    return show(await current_settings(tx))


@patch("/v1/checkout-settings", "checkout:write", problems=(VatNumberNotValid,))
async def update_checkout_settings(tx: Tx, body: CheckoutSettingsPatch) -> CheckoutSettings:
    """Sell in another way from now on. What was ordered stays as it is."""
    return show(await change_settings(tx, SettingsChanges(**msgspec.structs.asdict(body))))


def show(settings: Settings) -> CheckoutSettings:
    """Settings as callers see them."""
    return CheckoutSettings(**msgspec.structs.asdict(settings))


ENDPOINTS = (show_checkout_settings, update_checkout_settings)
