"""`migrate`: bring the database up to date, or say what that would do."""

from typing import Annotated

import uvloop
from cyclopts import Parameter

from guilder import db
from guilder.settings import MIGRATIONS, read_settings

from .failures import CannotRun
from .options import Data
from .reach import reach
from .say import progress, say


def migrate(
    *,
    data: Data = None,
    plan: Annotated[bool, Parameter(negative=(), help="Only list what is pending.")] = False,
    new_password: Annotated[
        bool, Parameter(negative=(), help="Give guilder_app the password of today's secret.")
    ] = False,
) -> None:
    """Apply pending migrations."""
    settings = read_settings(data=data)
    with reach(settings) as found:
        if found.owner_url is None:
            raise CannotRun(
                "GUILDER_DATABASE_URL names the role guilder_app, which cannot migrate: "
                "give the owner's address."
            )
        if plan:
            todo = uvloop.run(db.pending(found.owner_url, MIGRATIONS))
            say("\n".join(one.name for one in todo) or "Nothing to apply.")
            return
        applied = uvloop.run(
            db.migrate(
                found.owner_url,
                MIGRATIONS,
                app_password=found.password,
                new_password=new_password,
                progress=progress,
            )
        )
    say(f"Applied {len(applied)}." if applied else "Nothing to apply.")
