"""The commands. Each is loaded when it is called, so that none waits for the others."""

import sys

from cyclopts import App

from guilder import __version__

app = App(
    name="guilder",
    version=__version__,
    help="One backend that takes a payment, keeps the order, and proves what it earned.",
)
for name, target in {
    "up": "guilder.cli.up:up",
    "demo": "guilder.cli.demo:demo",
    "serve": "guilder.cli.up:serve",
    "work": "guilder.cli.up:work",
    "migrate": "guilder.cli.migrate:migrate",
    "backup": "guilder.cli.backup:backup",
    "restore": "guilder.cli.backup:restore",
    "psql": "guilder.cli.backup:psql",
    "tenants": "guilder.cli.tenants:app",
    "keys": "guilder.cli.keys:app",
    "jobs": "guilder.cli.jobs:app",
}.items():
    app.command(target, name=name)


def main() -> None:
    """Run a command; what an operator can mend is told in one sentence."""
    from .failures import sentence_of  # noqa: PLC0415 - only an error needs to know them

    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as failure:
        sentence = sentence_of(failure)
        if sentence is None:
            raise
        print(f"guilder: {sentence}", file=sys.stderr)  # noqa: T201 - this is the terminal
        sys.exit(1)
