"""Failures that an operator can mend, each as one sentence."""

import asyncpg

from guilder.db import AnotherPassword, MigrationRefused, RoleCouldBypass
from guilder.kernel import Problem
from guilder.postgres import PostgresFailure
from guilder.settings import SettingsNotValid


class CannotRun(Exception):
    """The command cannot do what it is asked for, for the reason given."""


FOREIGN = {
    asyncpg.InvalidPasswordError: "The database refuses the login: ",
    asyncpg.InvalidAuthorizationSpecificationError: "The database refuses the login: ",
    asyncpg.InsufficientPrivilegeError: "The database role may not do this: ",
    asyncpg.PostgresError: "The database answers: ",
    asyncpg.InterfaceError: "The database answers: ",
    OSError: "The system answers: ",
}
MENDABLE = (
    AnotherPassword,
    CannotRun,
    MigrationRefused,
    RoleCouldBypass,
    PostgresFailure,
    SettingsNotValid,
)


def sentence_of(failure: BaseException) -> str | None:
    """What to tell the operator; None for a bug, which deserves its traceback."""
    if isinstance(failure, BaseExceptionGroup):
        return sentence_of(failure.exceptions[0])
    if isinstance(failure, Problem):
        told = [f"{name} {value}" for name, value in failure.details.items()]
        if failure.__cause__ is not None:
            told.append(str(failure.__cause__).rstrip("."))
        return f"{failure.title} ({', '.join(told)})" if told else failure.title
    if isinstance(failure, MENDABLE):
        return str(failure)
    for kind, beginning in FOREIGN.items():
        if isinstance(failure, kind):
            return f"{beginning}{failure}."
    return None
