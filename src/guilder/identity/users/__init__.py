"""Users: who can sign in, and by what they prove who they are.

An e-mail is one user's in the whole system, however it is spelled. Of a password
only a hash is kept, which is never among what a user is shown as.
"""

from .credentials import (
    Credentials,
    Home,
    credentials_of,
    home_of_login,
    home_of_subject,
    own_credentials,
    save_password_hash,
)
from .emails import EmailNotValid, is_seen, normal_email
from .hasher import Hasher
from .passwords import (
    PASSWORD_PROBLEMS,
    PasswordIsTheEmail,
    Passwords,
    PasswordsBusy,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    require_good,
)
from .user import Language, User, UserChanges, UserId, UserSignedUp, UserUpdated
from .users import (
    EmailInUse,
    NewUser,
    PersonNameNotValid,
    UsernameTaken,
    UserNotFound,
    change_profile,
    create_user,
    is_email_in_use,
    locked_user,
    require_person_name,
    user_by_id,
)

__all__ = [
    "PASSWORD_PROBLEMS",
    "Credentials",
    "EmailInUse",
    "EmailNotValid",
    "Hasher",
    "Home",
    "Language",
    "NewUser",
    "PasswordIsTheEmail",
    "PasswordTooCommon",
    "PasswordTooLong",
    "PasswordTooShort",
    "Passwords",
    "PasswordsBusy",
    "PersonNameNotValid",
    "User",
    "UserChanges",
    "UserId",
    "UserNotFound",
    "UserSignedUp",
    "UserUpdated",
    "UsernameTaken",
    "change_profile",
    "create_user",
    "credentials_of",
    "home_of_login",
    "home_of_subject",
    "is_email_in_use",
    "is_seen",
    "locked_user",
    "normal_email",
    "own_credentials",
    "require_good",
    "require_person_name",
    "save_password_hash",
    "user_by_id",
]
