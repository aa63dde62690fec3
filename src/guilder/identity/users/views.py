"""What callers see and say of users."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.kernel import Metadata, TenantId

from .user import Language, User, UserChanges, UserId

Email = Annotated[str, Meta(min_length=3, max_length=254, examples=["wilma@tulips.example"])]
Password = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        description="At least twelve characters, and at most 72 bytes.",
        examples=["nine purple bicycles"],
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", examples=["Wilma Vos"])]
PartOfName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["Wilma"])]
Username = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=32,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$(?!\n)",
        examples=["wilma"],
    ),
]
Url = Annotated[
    str,
    Meta(
        max_length=2000,
        pattern=r"^https?://[^\s]+$(?!\n)",
        examples=["https://tulips.example/w.png"],
    ),
]
Phone = Annotated[str, Meta(pattern=r"^\+?[0-9 ()./-]{3,30}$(?!\n)", examples=["+31 20 123 4567"])]


StripeCustomer = Annotated[
    str, Meta(max_length=255, pattern=r"^cus_[A-Za-z0-9_]+$(?!\n)", examples=["cus_NffrFeUfNV2Hib"])
]
StripeSubscription = Annotated[
    str,
    Meta(
        max_length=255,
        pattern=r"^sub_[A-Za-z0-9_]+$(?!\n)",
        examples=["sub_1MowQVLkdIwHu7ixeRlqHVzs"],
    ),
]


class ProfileView(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody is called, and looks."""

    first_name: str | None
    last_name: str | None
    avatar_url: str | None


class SsoView(msgspec.Struct, frozen=True, kw_only=True):
    """Who else knows this user, and as whom."""

    provider: str
    provider_id: str


class UserView(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="user"):
    """A user as they see themselves."""

    id: UserId
    tenant_id: TenantId
    email: str | None
    email_verified: bool
    username: str | None
    name: str | None
    profile: ProfileView
    phone_number: str | None
    sso: SsoView | None
    stripe_customer_id: str | None
    stripe_subscription_id: str | None
    language: Language
    metadata: Metadata
    created_at: datetime
    updated_at: datetime


class ProfilePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How somebody wants to be called, and look."""

    first_name: PartOfName | UnsetType | None = UNSET
    last_name: PartOfName | UnsetType | None = UNSET
    avatar_url: Url | UnsetType | None = UNSET


class UserPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user wants to have different. E-mail and password have ways of their own."""

    username: Username | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    profile: ProfilePatch = ProfilePatch()
    phone_number: Phone | UnsetType | None = UNSET
    language: Language | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def changes(self) -> UserChanges:
        """What is asked for."""
        named = msgspec.structs.asdict(self)
        return UserChanges(**named | msgspec.structs.asdict(named.pop("profile")))


class BillingView(msgspec.Struct, frozen=True, kw_only=True):
    """As whom Stripe knows a user, and under what they subscribe there."""

    user_id: UserId
    stripe_customer_id: str | None
    stripe_subscription_id: str | None


class BillingPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different about who is billed."""

    stripe_customer_id: StripeCustomer | UnsetType | None = UNSET
    stripe_subscription_id: StripeSubscription | UnsetType | None = UNSET


def show_billing(user: User) -> BillingView:
    """As whom Stripe knows a user."""
    return BillingView(
        user_id=user.id,
        stripe_customer_id=user.stripe_customer_id,
        stripe_subscription_id=user.stripe_subscription_id,
    )


def show_user(user: User) -> UserView:
    """A user as they see themselves."""
    provider, subject = user.sso_provider, user.sso_subject
    return UserView(
        id=user.id,
        tenant_id=user.tenant_id,
        email=user.email,
        email_verified=user.email_verified_at is not None,
        username=user.username,
        name=user.name,
        profile=ProfileView(
            first_name=user.first_name, last_name=user.last_name, avatar_url=user.avatar_url
        ),
        phone_number=user.phone_number,
        sso=SsoView(provider=provider, provider_id=subject) if provider and subject else None,
        stripe_customer_id=user.stripe_customer_id,
        stripe_subscription_id=user.stripe_subscription_id,
        language=user.language,
        metadata=user.metadata,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )
