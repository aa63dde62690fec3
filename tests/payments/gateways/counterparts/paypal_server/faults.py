"""Why PayPal refuses a call: its error documents."""

from typing import Any

from .wire import Reply

NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    403: "NOT_AUTHORIZED",
    404: "RESOURCE_NOT_FOUND",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_REACHED",
    500: "INTERNAL_SERVER_ERROR",
}


class Fault(Exception):
    """A call is refused, and nothing is done."""

    def __init__(
        self,
        issue: str,
        description: str = "Not possible.",
        *,
        status: int = 422,
        links: tuple[dict[str, str], ...] = (),
    ) -> None:
        super().__init__(issue)
        self.issue = issue
        self.status = status
        self.body: dict[str, Any] = {
            "name": NAMES[status],
            "message": "The requested action could not be performed.",
            "debug_id": "f0a1b2c3d4e5f",
            "details": [{"issue": issue, "description": description}],
            "links": list(links),
        }

    def reply(self) -> Reply:
        return Reply(self.status, self.body)


def missing() -> Fault:
    """What was asked for is not there."""
    return Fault("INVALID_RESOURCE_ID", "Specified resource ID does not exist.", status=404)
