"""What opens the demo is kept where nobody else can read it."""

from pathlib import Path
from uuid import UUID

from guilder.cli.demo.handout import Handout, keep_handout, read_handout

HANDOUT = Handout(
    base_url="http://127.0.0.1:8000",
    tenant_id=UUID(int=7),
    secret_key="gk_live_secret",
    publishable_key="gpk_live_public",
    owner_email="wilma@tulips.example",
    owner_password="a long one",
    product_id="product",
    variant_id="variant",
    price_id="price",
)


def test_it_is_read_as_it_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "not there yet" / "demo.json"
    keep_handout(path, HANDOUT)

    assert read_handout(path) == HANDOUT
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    path.write_text("")
    path.chmod(0o644)
    keep_handout(path, HANDOUT)

    assert path.stat().st_mode & 0o077 == 0


def test_what_cannot_be_read_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    assert read_handout(path) is None
    for text in ("", "nonsense", '{"base_url": "http://127.0.0.1:8000"}'):
        path.write_text(text)
        assert read_handout(path) is None
