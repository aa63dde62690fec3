"""`./run prove [name …] [--rounds N]`: run the proofs, all of them where none is named."""

import argparse
import sys

from prove import api, commerce, crash, payments, sign_in

PROOFS = {
    "crash": crash.prove,
    "payments": payments.prove,
    "commerce": commerce.prove,
    "sign-in": sign_in.prove,
    "api": api.prove,
}


def main() -> None:
    """Run each proof; the first that fails ends with what it found."""
    parser = argparse.ArgumentParser(prog="./run prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(PROOFS))
    parser.add_argument("--rounds", type=int, default=4, help="how often to crash (default: 4)")
    given = parser.parse_args()
    if unknown := set(given.names) - PROOFS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PROOFS)}")
    failed = 0
    for name in given.names or PROOFS:
        print(f"\n{name}\n{'-' * len(name)}", flush=True)
        faults = PROOFS[name](given.rounds)
        for fault in faults:
            print(f"  FAULT {fault}", flush=True)
        failed += bool(faults)
    passed = len(given.names or PROOFS) - failed
    print(f"\n{passed} passed, {failed} failed")
    sys.exit(bool(failed))


main()
