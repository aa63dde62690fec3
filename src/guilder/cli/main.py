"""The commands. Each is loaded when it is called, so that none waits for the others."""

import sys

from cyclopts import App, Parameter

from guilder import __version__


def _default_told(default: object) -> str | None:
    """What stands in the help of an option that is left out; a flag is then simply off."""
    return None if default is None or default is False else str(default)


app = App(
    name="guilder",
    version=__version__,
    help="One backend that takes a payment, keeps the order, and proves what it earned.",
    help_format="plaintext",
    default_parameter=Parameter(negative=(), show_default=_default_told),
)
for name, (target, told) in {
    "up": ("guilder.cli.up:up", "Run everything: the database, the API and the workers."),
    "demo": ("guilder.cli.demo:demo", "Run everything, with a tenant to try it on."),
    "serve": ("guilder.cli.up:serve", "Serve the API only."),
    "work": ("guilder.cli.up:work", "Do jobs and carry facts only."),
    "migrate": ("guilder.cli.migrate:migrate", "Apply pending migrations, or list them."),
    "backup": ("guilder.cli.backup:backup", "Write the whole database to a file."),
    "restore": ("guilder.cli.backup:restore", "Fill an empty database from a backup."),
    "psql": ("guilder.cli.backup:psql", "Open psql on the database, as its owner."),
    "tenants": ("guilder.cli.tenants:app", "Found tenants, and see which there are."),
    "keys": ("guilder.cli.keys:app", "Give a tenant's programs their keys, and take them back."),
    "catalog": ("guilder.cli.catalog:app", "Bring products in from CSV, and write them out."),
    "audit": ("guilder.cli.audit:app", "See whether the record of who did what is whole."),
    "mail": ("guilder.cli.mail:app", "Look at letters before they are sent, and try the server."),
    "jobs": ("guilder.cli.jobs:app", "Look at the queue, try a dead job again, or drop it."),
    "events": ("guilder.cli.events:app", "Look at facts that were put aside, retry or drop them."),
}.items():
    app.command(target, name=name, help=told)


def main() -> None:
    """Run a command; what an operator can mend is told in one sentence."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as failure:
        from .failures import sentence_of  # noqa: PLC0415 - only an error needs to know them

        sentence = sentence_of(failure)
        if sentence is None:
            raise
        print(f"guilder: {sentence}", file=sys.stderr)  # noqa: T201 - this is the terminal
        sys.exit(1)
