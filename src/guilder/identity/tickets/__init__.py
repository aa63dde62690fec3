"""Tickets: what a mail carries, to prove that it arrived.

A ticket is made by the job that sends it, so that it stands in the mail and nowhere else; of it
only a hash is kept. It is used once, for a while, and a newer one for the same purpose takes its
place.
"""

from .mails import MAIL_RESET, MAIL_TICKET, MailReset, MailTicket, mail_change, mail_verification
from .ticket import LIFETIMES, PREFIX, Purpose, Ticket, TicketId
from .tickets import TicketNotValid, home_of_ticket, issue, open_ticket, use, use_up

__all__ = [
    "LIFETIMES",
    "MAIL_RESET",
    "MAIL_TICKET",
    "PREFIX",
    "MailReset",
    "MailTicket",
    "Purpose",
    "Ticket",
    "TicketId",
    "TicketNotValid",
    "home_of_ticket",
    "issue",
    "mail_change",
    "mail_verification",
    "open_ticket",
    "use",
    "use_up",
]
