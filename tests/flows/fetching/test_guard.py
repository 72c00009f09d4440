"""Which addresses may be asked: by their text, and by where they lead."""

from __future__ import annotations

import contextlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetching import guard
from flows.fetching.errors import Refused, Unreachable


def answers(*ips: str) -> guard.Resolve:
    async def resolve(host: str, port: int) -> list[str]:
        return list(ips)

    return resolve


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1.:80/",
        "http://localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://169.254.169.254/latest/",
        "http://100.64.0.1/",
        "http://[::1]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1%25lo]/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://%31%32%37.0.0.1/",
        "http://example.org@127.0.0.1/",
        "http://user:secret@example.org/",
        "http://127.0.0.1\\@example.org/",
        "http:127.0.0.1/",
        "http:///127.0.0.1/",
        "//example.org/",
        "http://example.org:25/",
        "http://exa mple.org/",
        "http://example.org/\r\nHost: x",
        "file:///etc/passwd",
        "gopher://example.org/_x",
        "ws://example.org/",
        "javascript:1",
        "",
        "http://" + "a" * 300 + ".example/",
        "http://example.org/" + "a" * 5000,
    ],
)
def test_a_url_that_leads_astray_is_refused_before_any_look_up(url: str) -> None:
    with pytest.raises(Refused) as error:
        guard.target(url)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 600


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://example.org/", "example.org", 80),
        ("HTTPS://Example.ORG:8443/a?b=c#d", "example.org", 8443),
        ("http://93.184.215.14/", "93.184.215.14", 80),
        ("http://[2606:2800:21f:cb07::1]/", "2606:2800:21f:cb07::1", 80),
        ("http://café.example.org/é à".replace(" ", "%20"), "xn--caf-dma.example.org", 80),
        ("http://172.32.0.1/", "172.32.0.1", 80),
        ("http://[64:ff9b::5db8:d70e]/", "64:ff9b::5db8:d70e", 80),
    ],
)
def test_a_public_url_is_let_through(url: str, host: str, port: int) -> None:
    target = guard.target(url)
    assert (target.host, target.port, target.local) == (host, port, False)


def test_a_site_configured_as_local_is_let_through_on_its_port_only() -> None:
    local = frozenset({"127.0.0.1:8000", "[::1]:8000"})
    assert guard.target("http://127.0.0.1:8000/x", local).local
    assert guard.target("http://[::1]:8000/x", local).local
    with pytest.raises(Refused):
        guard.target("http://127.0.0.1:8001/x", local)
    with pytest.raises(Refused):
        guard.target("http://localhost:8000/x", local)


async def test_one_private_answer_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(Refused, match=r"10\.0\.0\.7"):
        await guard.addresses("example.org", 80, frozenset(), answers("93.184.215.14", "10.0.0.7"))


async def test_every_public_answer_is_kept_in_order_and_once() -> None:
    found = await guard.addresses("example.org", 80, frozenset(), answers("93.184.215.14", "1.1.1.1", "93.184.215.14"))
    assert found == ("93.184.215.14", "1.1.1.1")


async def test_a_local_name_may_live_in_a_private_network_but_never_at_a_metadata_service() -> None:
    local = frozenset({"wiki.example:80"})
    assert await guard.addresses("wiki.example", 80, local, answers("10.1.2.3")) == ("10.1.2.3",)
    for ip in ("169.254.169.254", "fd00:ec2::254", "0.0.0.0", "224.0.0.1"):
        with pytest.raises(Refused):
            await guard.addresses("wiki.example", 80, local, answers(ip))


async def test_a_name_without_an_address_is_unreachable_not_refused() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(Unreachable, match="DNS"):
        await guard.addresses("example.org", 80, frozenset(), resolve)


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_that_python_calls_private_counts_as_public(address: ipaddress.IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        assert not guard.is_public(address)
        assert not guard.is_public(ipaddress.IPv6Address(f"64:ff9b::{address}"))
    assert not guard.is_public(ipaddress.IPv6Address(f"::ffff:{address}"))


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_outside_global_unicast_counts_as_public(address: ipaddress.IPv6Address) -> None:
    if guard.is_public(address):
        assert address.is_global or address in ipaddress.IPv6Network("64:ff9b::/96")


@given(st.text(max_size=60))
def test_any_text_at_all_is_judged_without_another_error(text: str) -> None:
    for url in (text, f"http://{text}/", f"http://example.org/{text}"):
        with contextlib.suppress(Refused):
            guard.target(url)


@pytest.mark.parametrize("location", ["//[oops", "http://[::1", "\\\\x"])
def test_a_location_that_cannot_be_read_is_refused_or_judged(location: str) -> None:
    with pytest.raises(Refused):
        guard.target(guard.joined_url("http://example.org/", location))
