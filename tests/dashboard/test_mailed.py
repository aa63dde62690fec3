"""Where links in mails lead, once they open nothing any more."""

import httpx
import pytest

from tests.dashboard.test_entrance import browser, send  # noqa: F401 - who comes from a mail
from tests.identity.people import PASSWORD


@pytest.mark.parametrize("path", ["verify-email", "change-email", "invitation"])
async def test_a_link_that_opens_nothing_asks_for_nothing(
    browser: httpx.AsyncClient,  # noqa: F811
    path: str,
) -> None:
    answer = await send(
        browser, f"/{path}", token="used", name="Ada", password=PASSWORD, answer="yes"
    )

    assert answer.status_code >= 400
    assert 'role="alert"' in answer.text
    assert "<form" not in answer.text
    assert ">To the first page</a>" in answer.text


async def test_who_comes_too_late_to_choose_a_password_asks_for_another_letter_there(
    browser: httpx.AsyncClient,  # noqa: F811
) -> None:
    answer = await send(browser, "/reset-password", token="used", password=PASSWORD)

    assert answer.status_code == 422
    assert "Ask for another one." in answer.text
    assert 'name="email"' in answer.text
    assert 'name="password"' not in answer.text
    assert 'name="token"' not in answer.text
