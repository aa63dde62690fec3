"""`./run bench [name …]`: run the measurements, all of them where none is named."""

import sys

from bench import (
    events,
    http_layer,
    jobs,
    many_orders,
    many_payments,
    orders,
    payments,
    permissions,
    startup,
    transactions,
)

BENCHES = {
    "startup": startup.main,
    "http": http_layer.main,
    "jobs": jobs.main,
    "events": events.main,
    "transactions": transactions.main,
    "payments": payments.main,
    "many_payments": many_payments.main,
    "orders": orders.main,
    "many_orders": many_orders.main,
    "permissions": permissions.main,
}


def main(names: list[str]) -> None:
    if unknown := set(names) - BENCHES.keys():
        sys.exit(f"bench: no {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    for name in names or BENCHES:
        print(f"\n{name}\n{'-' * len(name)}", flush=True)
        BENCHES[name]()


main(sys.argv[1:])
