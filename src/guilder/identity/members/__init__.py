"""Members: users in a tenant, the roles they hold, and how they come and go."""

from .invitation import Invitation, InvitationId, InvitationLife, InvitationStatus

__all__ = ["Invitation", "InvitationId", "InvitationLife", "InvitationStatus"]
