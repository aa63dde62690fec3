"""The handoff: anybody can verify offline what a tenant has signed, and nobody can alter it."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from guilder.checkout.sessions.handoff import HandoffNotGenuine, read_token, tenant_in
from guilder.checkout.sessions.keys import SigningKey, published_keys
from guilder.kernel.vault import SealBroken
from tests.checkout.buying import HOME, Shown, checkout_of, good, handed_over, line, opened, seen
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def packed(value: Any) -> str:
    raw = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def verified(token: str, jwks: Shown) -> Shown:
    """What a token says, by the published keys alone, as any stranger would do it (RFC 7515)."""
    header, payload, signature = token.split(".")
    named = json.loads(unpacked(header))
    assert named["alg"] == "EdDSA"
    (key,) = (one for one in jwks["keys"] if one["kid"] == named["kid"])
    assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")
    public = Ed25519PublicKey.from_public_bytes(unpacked(key["x"]))
    public.verify(unpacked(signature), f"{header}.{payload}".encode())
    said: Shown = json.loads(unpacked(payload))
    return said


async def keys_of(world: World) -> Shown:
    """The keys as a visitor without any token of ours sees them."""
    transport = httpx.ASGITransport(app=world.system.door())
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as visitor:
        return good(await visitor.get(f"/.well-known/{world.tenant_id}/jwks.json"), 200)


async def test_a_token_verifies_offline_with_the_published_keys_only(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    checkout = await checkout_of(api, line(await shop.product("10.00"), 2))
    jwks = await keys_of(shop.world)

    said = verified(checkout["token"], jwks)

    assert checkout["keys_url"].endswith(f"/.well-known/{shop.world.tenant_id}/jwks.json")
    assert "d" not in jwks["keys"][0]
    assert said == {
        "iss": "http://guilder.test",
        "tenant": str(shop.world.tenant_id),
        "sub": checkout["id"],
        "amount": 2000,
        "currency": "EUR",
        "snapshot": checkout["snapshot_hash"],
        "iat": int(datetime.fromisoformat(checkout["created_at"]).timestamp()),
        "exp": int(datetime.fromisoformat(checkout["expires_at"]).timestamp()),
    }


def another_amount(token: str) -> str:
    header, payload, signature = token.split(".")
    said = json.loads(unpacked(payload)) | {"amount": 1}
    return f"{header}.{packed(said)}.{signature}"


def another_key(token: str) -> str:
    header, payload, signature = token.split(".")
    return f"{packed(json.loads(unpacked(header)) | {'kid': 'mine'})}.{payload}.{signature}"


def no_algorithm(token: str) -> str:
    _, payload, _ = token.split(".")
    return f"{packed({'alg': 'none'})}.{payload}."


TAMPERED: dict[str, Callable[[str], str]] = {
    "another amount": another_amount,
    "another key": another_key,
    "no algorithm": no_algorithm,
    "no signature": lambda token: token.rpartition(".")[0] + ".",
    "a part missing": lambda token: token.rpartition(".")[0],
    "a letter more": lambda token: token + "A",
    "a letter changed": lambda token: token[:-9] + token[-9:].swapcase(),
    "nothing": lambda _: "",
    "dots": lambda _: "..",
    "not a token": lambda _: "\u00e9\x00.\u00e9.\u00e9",
}


@pytest.mark.parametrize("how", TAMPERED)
async def test_a_tampered_token_is_refused(shop: Shop, api: httpx.AsyncClient, how: str) -> None:
    checkout = await checkout_of(api, line(await shop.product()))
    keys = await known_keys(shop)
    assert read_token(checkout["token"], keys).amount == 1000
    assert tenant_in(checkout["token"]) == shop.world.tenant_id

    tampered = TAMPERED[how](checkout["token"])

    with pytest.raises(HandoffNotGenuine):
        read_token(tampered, keys)
    assert tenant_in(tampered) in (shop.world.tenant_id, None)


async def known_keys(shop: Shop) -> dict[str, SigningKey]:
    """All keys that the tenant ever had."""
    began = shop.world.tenant.created_at
    found = await shop.world.do(
        lambda tx: published_keys(tx, tenant_id=tx.tenant_id, retired_after=began)
    )
    return {str(key.id): key for key in found}


async def test_another_tenants_key_signs_nothing_here(
    shop: Shop, api: httpx.AsyncClient, other: World
) -> None:
    checkout = await checkout_of(api, line(await shop.product()))
    strange = Shop(other, shop.owner)
    await strange.checkout(await strange.cart((await strange.product(), 1)))

    (key,) = (await keys_of(other))["keys"]

    with pytest.raises(HandoffNotGenuine):
        read_token(checkout["token"], await known_keys(strange))
    ours = (await keys_of(shop.world))["keys"][0]["kid"]
    with pytest.raises(InvalidSignature):
        verified(checkout["token"], {"keys": [key | {"kid": ours}]})


async def test_the_snapshot_hash_is_that_of_the_snapshot_as_anybody_reads_it(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    """SHA-256 of the snapshot as canonical JSON: here it is that with sorted keys and no spaces."""
    await shop.tax("21")
    post = await shop.shipping("4.95")
    await offered(world, code="SPRING")
    gift = {"metadata": {"z": "\u00eb\u2028\u201c", "a": [1, 2.5, None, {"b": True}], "n": 10**15}}
    vase = line(await shop.product("19.99", name="V\u00e4se \u201cA\u201d"), 3) | gift
    told: Shown = {"shipping_option_id": str(post.id), "promotion_codes": ["SPRING"]}
    cart = await opened(api, vase, shipping_address=HOME, **told)

    checkout = await handed_over(api, cart)

    path = f"/v1/checkouts/{checkout['id']}/snapshot"
    snapshot = good(await api.get(path), 200)
    written = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(written.encode()).hexdigest() == checkout["snapshot_hash"]
    assert snapshot["total_minor"] == checkout["amount_total"]
    assert snapshot["lines"][0]["metadata"] == gift["metadata"]


async def test_a_replaced_key_signs_no_more_and_what_it_signed_stays_good(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product()
    old = await checkout_of(api, line(vase))

    jwks = good(await api.post("/v1/signing-keys"))
    young = await checkout_of(api, line(vase))

    assert jwks == await keys_of(shop.world)
    assert len(jwks["keys"]) == 2
    kids = [json.loads(unpacked(one["token"].split(".")[0]))["kid"] for one in (young, old)]
    assert kids == [one["kid"] for one in jwks["keys"]]
    for checkout in (old, young):
        assert verified(checkout["token"], jwks)["sub"] == checkout["id"]
        assert read_token(checkout["token"], await known_keys(shop)).sub
    assert await seen(api, old) == old


async def test_a_key_is_published_longer_than_anything_that_it_signed(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    await checkout_of(api, line(await shop.product()))
    (old,) = (await keys_of(shop.world))["keys"]
    good(await api.post("/v1/signing-keys"))
    retire = "update checkout.signing_key set retired_at = now() - $2::interval where id = $1"

    await shop.owner.execute(retire, old["kid"], timedelta(hours=47))
    assert old in (await keys_of(shop.world))["keys"]
    await shop.owner.execute(retire, old["kid"], timedelta(hours=49))
    assert old not in (await keys_of(shop.world))["keys"]


async def test_the_private_half_of_a_key_is_sealed(shop: Shop, api: httpx.AsyncClient) -> None:
    await checkout_of(api, line(await shop.product()))

    (key,) = (await known_keys(shop)).values()

    assert len(key.private_key) > 32
    with pytest.raises(SealBroken):
        shop.world.system.vault.open(key.private_key, place=b"elsewhere")


async def test_replacing_a_key_needs_a_permission_of_its_own(shop: Shop) -> None:
    async with shop.world.program("checkout:read", "checkout:write") as shop_server:
        told = problem(await shop_server.post("/v1/signing-keys"), 403, "permission_missing")
    assert told["needs"] == "signing_keys:write"
    async with shop.world.program("signing_keys:write") as security:
        good(await security.post("/v1/signing-keys"))
