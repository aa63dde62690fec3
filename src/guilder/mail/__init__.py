"""What people are told by mail.

A letter is written about an occasion, in the reader's language, as plain text and as HTML that
say the same; nothing that a name or a message holds can become a header, a tag or another line.
It leaves over SMTP, or lies down in the outbox folder where nobody named a server. A letter that
a server will never take is refused for good; whatever else goes wrong passes, and is tried again.
"""

from .addresses import AddressNotSendable, Mailbox
from .api import PAGES, outbox_endpoints
from .letter import (
    LANGUAGES,
    Attachment,
    Letter,
    LetterRefused,
    MailUnavailable,
    language_of,
)
from .mailer import Mailer
from .message import message_of
from .occasions import (
    OCCASIONS,
    ApiKeyCreated,
    ChangeEmail,
    EmailChanged,
    Invitation,
    NewSignIn,
    Occasion,
    OrderReceipt,
    OwnershipTransferred,
    PasswordChanged,
    ResetPassword,
    SecondFactorChange,
    SecondFactorChanged,
    Trial,
    VerifyEmail,
)
from .outbox import Outbox
from .samples import sample_of

__all__ = [
    "LANGUAGES",
    "OCCASIONS",
    "PAGES",
    "AddressNotSendable",
    "ApiKeyCreated",
    "Attachment",
    "ChangeEmail",
    "EmailChanged",
    "Invitation",
    "Letter",
    "LetterRefused",
    "MailUnavailable",
    "Mailbox",
    "Mailer",
    "NewSignIn",
    "Occasion",
    "OrderReceipt",
    "Outbox",
    "OwnershipTransferred",
    "PasswordChanged",
    "ResetPassword",
    "SecondFactorChange",
    "SecondFactorChanged",
    "Trial",
    "VerifyEmail",
    "language_of",
    "message_of",
    "outbox_endpoints",
    "sample_of",
]
