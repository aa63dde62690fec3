"""PayPal's notices: believed only with a certificate that is traced to PayPal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from guilder.payments.gateways.gateway import GatewayUnavailable, NoticeNotGenuine
from tests.payments.gateways.counterparts.paypal import PayPalCounterpart
from tests.payments.gateways.counterparts.paypal_server.authority import (
    BEGAN,
    ENDS,
    SIGNER,
    Signed,
    authority,
    leaf,
    root,
    signer,
    signing_key,
)
from tests.payments.gateways.counterparts.paypal_server.wire import Reply
from tests.payments.gateways.shop import Shop, done

YEAR = timedelta(days=365)
CERTIFICATES = "/v1/notifications/certs/"


async def event(paypal: PayPalCounterpart) -> dict[str, Any]:
    """Something that PayPal tells."""
    await Shop(paypal).pays()
    return paypal.server.books.events[-1][1]


async def refused(paypal: PayPalCounterpart, headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(NoticeNotGenuine):
        await paypal.gateway.read_notice(headers, body)


def fetched(paypal: PayPalCounterpart) -> int:
    return sum(each.path.startswith(CERTIFICATES) for each in paypal.server.requests)


async def test_a_certificate_is_fetched_once(paypal: PayPalCounterpart) -> None:
    told = await event(paypal)

    for _ in range(3):
        headers, body = paypal.sent(told)
        notice = await paypal.gateway.read_notice(headers, body)

    assert (notice.id, notice.type) == (told["id"], "PAYMENT.CAPTURE.COMPLETED")
    assert fetched(paypal) == 1


async def test_a_notice_is_for_the_webhook_that_was_configured(paypal: PayPalCounterpart) -> None:
    gateway = paypal.adapter(webhook_id="another")
    told = await event(paypal)

    assert await gateway.read_notice(*paypal.sent(told, webhook_id="another"))
    with pytest.raises(NoticeNotGenuine):
        await gateway.read_notice(*paypal.sent(told))


async def test_headers_come_in_any_case(paypal: PayPalCounterpart) -> None:
    headers, body = paypal.sent(await event(paypal))

    assert await paypal.gateway.read_notice({k.lower(): v for k, v in headers.items()}, body)


async def test_who_asks_for_a_certificate_is_not_told(paypal: PayPalCounterpart) -> None:
    headers, body = paypal.sent(await event(paypal))

    await paypal.gateway.read_notice(headers, body)

    (asked,) = [each for each in paypal.server.requests if each.path.startswith(CERTIFICATES)]
    assert "authorization" not in asked.headers


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook_id": "1JE4291016473214C"},
        {"at_days": -4},
        {"at_days": 1},
        {"address": "http://{host}/v1/notifications/certs/CERT-360caa42-fca2a594-8079afec"},
        {"address": "https://{host}.evil.example/v1/notifications/certs/CERT-1"},
        {"address": "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1"},
        {"address": "https://user@{host}/v1/notifications/certs/CERT-1"},
        {"address": "https://{host}/v2/checkout/orders/CERT-1"},
        {"address": "https://{host}/v1/notifications/certs/../../CERT-1"},
        {"address": "{good}?x=1"},
        {"address": "{good}#x"},
        {"address": "https://{host}/v1/notifications/certs/CERT-unknown"},
        {"address": "https://["},
        {"address": ""},
    ],
    ids=str,
)
async def test_signed_for_another_time_place_or_webhook(
    paypal: PayPalCounterpart, changed: dict[str, Any]
) -> None:
    host, changed = paypal.server.base.removeprefix("https://"), dict(changed)
    if days := changed.pop("at_days", 0):
        changed["at"] = paypal.server.clock() + timedelta(days=days)
    if "address" in changed:
        address = changed["address"].format(host=host, good=paypal.server.address)
        changed["address"] = address
    told = await event(paypal)

    await refused(paypal, *paypal.sent(told, **changed))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("PAYPAL-AUTH-ALGO", "SHA1withRSA"),
        ("PAYPAL-AUTH-ALGO", "none"),
        ("PAYPAL-TRANSMISSION-ID", "another"),
        ("PAYPAL-TRANSMISSION-TIME", "now"),
        ("PAYPAL-TRANSMISSION-TIME", "2026-01-01T00:00:00"),
        ("PAYPAL-TRANSMISSION-SIG", "AAAA"),
        ("PAYPAL-TRANSMISSION-SIG", "not base64!"),
        *((name, None) for name in ("ID", "TIME", "SIG")),
        ("PAYPAL-CERT-URL", None),
        ("PAYPAL-AUTH-ALGO", None),
    ],
)
async def test_a_header_that_was_changed_or_taken_away(
    paypal: PayPalCounterpart, header: str, value: str | None
) -> None:
    headers, body = paypal.sent(await event(paypal))
    if len(header) < 5:
        header = f"PAYPAL-TRANSMISSION-{header}"
    changed = {name: each for name, each in headers.items() if name != header}
    assert len(changed) == 4

    await refused(paypal, changed if value is None else changed | {header: value}, body)


async def test_another_time_than_was_signed(paypal: PayPalCounterpart) -> None:
    told = await event(paypal)
    headers, body = paypal.sent(told)
    later, _ = paypal.sent(told, at=paypal.server.clock() + timedelta(seconds=2))

    name = "PAYPAL-TRANSMISSION-TIME"
    await refused(paypal, headers | {name: later[name]}, body)


async def test_another_body_than_was_signed(paypal: PayPalCounterpart) -> None:
    headers, body = paypal.sent(await event(paypal))

    await refused(paypal, headers, body.replace(b"COMPLETED", b"DECLINED"))
    await refused(paypal, headers, body + b" ")


def forged() -> dict[str, Callable[[], Signed]]:
    """Certificates with which a forger can really sign."""
    stranger = authority("Root of a forger")
    return {
        "by_itself": lambda: leaf(SIGNER, None, key=signing_key()),
        "by_a_stranger": lambda: leaf(SIGNER, stranger, key=signing_key()),
        "expired": lambda: leaf(SIGNER, root(), key=signing_key(), ends=BEGAN + YEAR),
        "not_yet": lambda: leaf(SIGNER, root(), key=signing_key(), began=ENDS - YEAR),
        "another_name": lambda: leaf("www.paypal.com", root(), key=signing_key()),
        "of_the_sandbox": lambda: leaf(
            "messageverificationcerts.sandbox.paypal.com", root(), key=signing_key()
        ),
        "by_one_who_may_not": lambda: leaf(SIGNER, leaf("shop.example", root()), key=signing_key()),
        "too_short_a_key": lambda: leaf(SIGNER, root(), key=short_key()),
    }


def short_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - a forger's


@pytest.mark.parametrize("forger", forged())
async def test_a_certificate_that_is_none_of_paypals(
    paypal: PayPalCounterpart, forger: str
) -> None:
    certificate = forged()[forger]()
    address = paypal.server.publish(f"CERT-{forger}", certificate)
    told = await event(paypal)

    await refused(paypal, *paypal.sent(told, by=certificate, address=address))
    await refused(paypal, *paypal.sent(told, address=address))
    assert await paypal.gateway.read_notice(*paypal.sent(told)), "the genuine one is still believed"


async def test_signed_by_another_than_the_one_it_points_to(paypal: PayPalCounterpart) -> None:
    other = leaf(SIGNER, root(), key=rsa.generate_private_key(public_exponent=65537, key_size=2048))

    await refused(paypal, *paypal.sent(await event(paypal), by=other))


async def test_a_kept_certificate_ends_too(paypal: PayPalCounterpart) -> None:
    ends = paypal.server.clock() + timedelta(days=2)
    certificate = leaf(SIGNER, root(), key=signing_key(), ends=ends)
    address = paypal.server.publish("CERT-short", certificate)
    told = await event(paypal)
    assert await paypal.gateway.read_notice(*paypal.sent(told, address=address))

    paypal.server.clock.ahead = timedelta(days=3)

    await refused(paypal, *paypal.sent(told, address=address))


async def test_a_notice_is_sent_again_for_three_days(paypal: PayPalCounterpart) -> None:
    headers, body = paypal.sent(await event(paypal))

    paypal.server.clock.ahead = timedelta(days=3)
    assert await paypal.gateway.read_notice(headers, body)

    paypal.server.clock.ahead = timedelta(days=3, hours=2)
    await refused(paypal, headers, body)


@pytest.mark.parametrize("reply", [Reply(503), Reply(429), None])
async def test_a_certificate_that_cannot_be_had_now_is_asked_for_again(
    paypal: PayPalCounterpart, reply: Reply | None
) -> None:
    headers, body = paypal.sent(await event(paypal))
    paypal.answer_instead(f"{CERTIFICATES}.*", reply)

    with pytest.raises(GatewayUnavailable):
        await paypal.gateway.read_notice(headers, body)

    assert await paypal.gateway.read_notice(headers, body)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(302, b"", {"location": "https://evil.example/cert.pem"}),
        Reply(200, b"no certificate"),
        Reply(200, signer().pem + b"\n" * 70_000),
    ],
    ids=["led_on", "nonsense", "endless"],
)
async def test_what_is_no_certificate(paypal: PayPalCounterpart, reply: Reply) -> None:
    headers, body = paypal.sent(await event(paypal))
    paypal.answer_instead(f"{CERTIFICATES}.*", reply)

    await refused(paypal, headers, body)


async def test_signed_but_not_an_event(paypal: PayPalCounterpart) -> None:
    headers, body = paypal.sent({"something": "else"})

    await refused(paypal, headers, body)


async def test_every_notice_names_its_payment(paypal: PayPalCounterpart) -> None:
    shop = Shop(paypal)
    order = msgspec.structs.replace(shop.order(is_captured=False), token=None)
    asked: Any = await shop.gateway.charge(order)
    await paypal.act(asked.intent, agrees=True)
    order = msgspec.structs.replace(order, intent=asked.intent)
    held = done(await shop.gateway.find(order))
    (payment,) = paypal.server.books.order(asked.intent).authorizations
    sale = await shop.pays(token="disputed")
    done(await shop.gateway.refund(sale.refund("1.00 EUR")))

    read = [
        await paypal.gateway.read_notice(*each)
        for intent in (asked.intent, sale.intent)
        for each in await paypal.notices(intent)
    ]

    assert payment.id == held.reference
    assert [(each.type, each.intent) for each in read] == [
        ("CHECKOUT.ORDER.APPROVED", asked.intent),
        ("PAYMENT.AUTHORIZATION.CREATED", asked.intent),
        ("PAYMENT.CAPTURE.COMPLETED", sale.intent),
        ("CUSTOMER.DISPUTE.CREATED", sale.intent),
        ("PAYMENT.CAPTURE.REFUNDED", sale.intent),
    ]


@pytest.mark.parametrize(
    ("kind", "resource", "intent"),
    [
        ("payment_token", {"id": "tok-1"}, None),
        ("refund", {"id": "R1", "amount": {"total": "1.00", "currency": "USD"}}, None),
        ("payment-approval", {"order_id": "O1"}, "O1"),
    ],
)
async def test_a_notice_about_something_else(
    paypal: PayPalCounterpart, kind: str, resource: dict[str, Any], intent: str | None
) -> None:
    paypal.server.books.tell("", "SOMETHING.HAPPENED", kind, resource)

    notice = await paypal.gateway.read_notice(*paypal.sent(paypal.server.books.events[-1][1]))

    assert (notice.type, notice.intent, notice.dispute) == ("SOMETHING.HAPPENED", intent, None)
