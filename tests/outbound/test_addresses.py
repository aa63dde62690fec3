"""What may be reached, and what an address is at all."""

from typing import Final

import pytest

from guilder.outbound import AddressNotValid, Reach, Target, target_of
from guilder.settings import SettingsNotValid, read_settings

REFUSED: Final = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.0.1
168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1
192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.1.2.3 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8
64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:0:53aa:64c::1 2001:10::1
2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1
ff02::1 localhost 127.1 2130706433 8.8.8
"""
PUBLIC: Final = """
1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1
198.17.255.255 198.20.0.1 223.255.255.255 2001:200::1 2606:4700::1111 2a00:1450:4001::1
"""


@pytest.mark.parametrize("address", REFUSED.split())
def test_what_is_not_everybodys_is_never_reached(address: str) -> None:
    assert not Reach().admits(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_what_is_everybodys_is_reached(address: str) -> None:
    assert Reach().admits(address)
    assert not Reach().allows(address)


def test_the_operator_lets_some_through_and_nothing_else() -> None:
    reach = Reach(["127.0.0.0/8", " fd00::5 "])

    assert reach.admits("127.0.0.1")
    assert reach.allows("127.9.9.9")
    assert reach.admits("fd00::5")
    assert not reach.admits("fd00::6")
    assert not reach.admits("::ffff:127.0.0.1")
    assert not reach.admits("10.0.0.1")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://id.example", ("https", "id.example", 443, "/")),
        ("HTTPS://ID.Example/A?b=%20c#d", ("https", "id.example", 443, "/A?b=%20c")),
        ("http://id.example:8080?x", ("http", "id.example", 8080, "/?x")),
        ("http://[::1]:65535/x", ("http", "::1", 65535, "/x")),
    ],
)
def test_an_address_is_taken_apart(url: str, target: tuple[str, str, int, str]) -> None:
    assert target_of(url) == Target(*target)


def test_an_authority_is_written_as_in_a_header() -> None:
    assert target_of("https://id.example:443/").authority == "id.example"
    assert target_of("http://id.example:443/").authority == "id.example:443"
    assert target_of("http://[::1]:8080/").authority == "[::1]:8080"


@pytest.mark.parametrize(
    "url",
    [
        "", "id.example", "//id.example", "ftp://id.example/", "file:///etc/passwd",
        "gopher://id.example:1/_x", "https://", "https:///path", "https://user@id.example/",
        "https://a:b@id.example/", "https://id.example\\@evil.example/", "https://id.example:0/",
        "https://id.example:22/", "https://id.example:65536/", "https://id.example:99999/",
        "https://id.example:٤٤٣/", "https://id.example/ä", "https://\u0131d.example/",
        "https://id.example/a b", "https://id.example/\r\nX: y", "https://id.example/\n",
        "https://[::1/", "https://::1/", "https://id.example/" + "a" * 2000,
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_no_address(url: str) -> None:
    with pytest.raises(AddressNotValid):
        target_of(url)


def test_the_setting_names_networks(tmp_path: object) -> None:
    environment = {"GUILDER_DATA": str(tmp_path), "GUILDER_OUTBOUND_ALLOW": "127.0.0.0/8, ::1"}

    assert read_settings({"GUILDER_DATA": str(tmp_path)}).outbound_allow == []
    assert Reach(read_settings(environment).outbound_allow).admits("::1")

    with pytest.raises(SettingsNotValid, match="outbound_allow"):
        read_settings(environment | {"GUILDER_OUTBOUND_ALLOW": "127.0.0.0/8,localhost"})
