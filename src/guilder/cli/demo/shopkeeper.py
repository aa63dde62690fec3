"""The shopkeeper: does what a scene of the story says, over the API."""

from collections.abc import Sequence

from httpx import Response

from .counter import Counter, Shown, good
from .people import PEOPLE, Person
from .shop import CODE
from .story import Act, Ending, Scene, Visit


class Shopkeeper:
    """Knows the shelf, the customers, and the orders so far."""

    def __init__(
        self, counter: Counter, variants: Sequence[Shown], options: Sequence[Shown]
    ) -> None:
        self._counter = counter
        self._variants = {one["sku"]: one["id"] for one in variants}
        self._options = {one["currency"]: one["id"] for one in reversed(options)}
        self._customers: dict[int, str] = {}
        self._orders: dict[int, str] = {}
        self._parcels: dict[int, str] = {}
        self._returns: dict[int, str] = {}

    async def play(self, scene: Scene) -> None:
        """Do what was done at this moment."""
        visit = scene.visit
        match scene.act:
            case Act.VISIT:
                await self._receive(visit)
            case Act.SHIP:
                await self._ship(visit)
            case Act.DELIVER:
                parcel = self._parcels[visit.number]
                await self._about(visit, f"fulfilments/{parcel}/deliveries")
            case Act.CANCEL:
                await self._about(visit, "cancellations", reason="changed their mind")
            case Act.REFUND:
                await self._about(visit, "refunds", reason="arrived broken")
            case Act.REFUND_A_PART:
                lines = await self._one_piece(visit)
                await self._about(visit, "refunds", lines=lines, reason="one was damaged")
            case Act.ANNOUNCE_RETURN:
                lines = await self._one_piece(visit)
                announced = await self._about(visit, "returns", lines=lines, reason="too small")
                self._returns[visit.number] = announced["id"]
            case Act.RECEIVE_RETURN:
                announced_id = self._returns[visit.number]
                await self._about(visit, f"returns/{announced_id}/receipts", restock=True)

    async def _receive(self, visit: Visit) -> None:
        """Somebody fills a cart, goes to pay, and pays or does not."""
        cart = await self._counter.post("/v1/carts", **await self._cart(visit))
        if visit.ending is Ending.LEFT:
            return
        person = PEOPLE[visit.buyer]
        checkout = await self._counter.post("/v1/checkouts", cart_id=cart["id"], name=person.name)
        address = f"/v1/checkouts/{checkout['id']}"
        if visit.ending in {Ending.GIVEN_UP, Ending.AFTER_A_DECLINE}:
            await self._pay(address, visit.declined)
        if visit.ending is Ending.GIVEN_UP:
            await self._counter.post(f"{address}/cancellations")
            return
        order = good(await self._pay(address, visit.card))
        self._orders[visit.number] = order["id"]

    async def _pay(self, address: str, card: str) -> Response:
        return await self._counter.ask("POST", f"{address}/payments", payment_method=card)

    async def _cart(self, visit: Visit) -> Shown:
        person = PEOPLE[visit.buyer]
        return {
            "currency": person.currency,
            "lines": [
                {"variant_id": self._variants[sku], "quantity": pieces}
                for sku, pieces in visit.basket.items()
            ],
            "shipping_address": person.address,
            "shipping_option_id": self._options[person.currency],
            "promotion_codes": [CODE] if visit.has_code else [],
            **(await self._who(visit, person)),
        }

    async def _who(self, visit: Visit, person: Person) -> dict[str, str]:
        """A guest tells an e-mail; others are customers, from their first visit on."""
        if visit.is_guest:
            return {"email": f"guest.{visit.number}@buyers.example"}
        if visit.buyer not in self._customers:
            made = await self._counter.post(
                "/v1/customers", name=person.name, email=person.email(visit.buyer)
            )
            self._customers[visit.buyer] = made["id"]
        return {"customer_id": self._customers[visit.buyer]}

    async def _ship(self, visit: Visit) -> None:
        parcel = await self._about(
            visit, "fulfilments", carrier="PostNL", tracking_number=f"3STULIP{visit.number:07}"
        )
        self._parcels[visit.number] = parcel["id"]

    async def _one_piece(self, visit: Visit) -> list[Shown]:
        """One piece of what was bought first."""
        order = await self._counter.get(f"/v1/orders/{self._orders[visit.number]}")
        return [{"line_id": order["lines"][0]["id"], "quantity": 1}]

    async def _about(self, visit: Visit, what: str, **body: object) -> Shown:
        """Something that follows an order."""
        return await self._counter.post(f"/v1/orders/{self._orders[visit.number]}/{what}", **body)
