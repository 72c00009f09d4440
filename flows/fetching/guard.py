"""The guard against server-side request forgery: which addresses may be asked at all.

Two checks, because a name and its address are different things. `target` judges the text of a URL before anything
else happens; `addresses` resolves a host once and judges every answer, and the connection goes to the very address
that was judged (connect.py), so an answer that changes between check and use (DNS rebinding) changes nothing.

A site on the operator's own machine or network must be named as host:port in `FetchPolicy.local_addresses`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from flows.fetching.errors import Refused, Unreachable

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

MAX_URL = 4096
"""Characters. RFC 9110 asks for 8,000 octets at least; no address of an article came near half of it."""

# IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and successors), read 2026-11. Written out here
# because `ipaddress.is_global` changed its mind about several of them between patch releases of Python.
_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(block)
    for block in """0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
    192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
    198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4""".split()
)
_GLOBAL_UNICAST_6 = ipaddress.IPv6Network("2000::/3")  # everything outside is reserved, local or multicast
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(block)  # 2001::/23 holds Teredo and ORCHID, 2002::/16 is 6to4: both can carry a private IPv4
    for block in "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20".split()
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: judged by the IPv4 address inside

_LOCAL = tuple(
    ipaddress.ip_network(block)
    for block in "127.0.0.0/8 ::1/128 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7".split()
)
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254", "fd20:ce::254")))
"""Cloud metadata services inside blocks that a local site may use: never, whatever is configured."""

_LOCAL_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion")
_LOCAL_HOSTS = frozenset({"ip6-localhost", "ip6-loopback", "broadcasthost"})

BAD_PORTS = frozenset(
    int(port)
    for port in """0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115
    117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989
    990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697
    10080""".split()
)
"""Ports that the WHATWG Fetch standard blocks: services that a well-chosen URL could talk into doing something."""

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*):")
_AUTHORITY = re.compile(r"^[A-Za-z]+://([^/?#]*)")
_NUMBER = re.compile(r"^(?:[0-9]+|0[xX][0-9a-fA-F]*)$")
_HOST = re.compile(r"^[a-z0-9_]([a-z0-9_\-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_\-]*[a-z0-9_])?)*\.?$")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed the check of its text, taken apart by the parser that will also connect."""

    url: httpx.URL
    host: str  # lower case; an IPv6 address without brackets
    port: int
    local: bool  # named in `local_addresses`

    @property
    def authority(self) -> str:
        """scheme://host:port, the unit of robots.txt and of pace."""
        return f"{self.url.scheme}://{authority(self.host, self.port)}"


def authority(host: str, port: int) -> str:
    """host:port, with brackets round an IPv6 address: the form of `local_addresses`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def target(url: str, local: frozenset[str] = frozenset()) -> Target:
    """The parts of a URL that may be asked, judged by its text alone (no look-up). Raises Refused."""
    if len(url) > MAX_URL:
        raise Refused(url, f"the address is longer than {MAX_URL:,} characters; it is not followed", reason="url")
    if _UNSAFE.search(url):
        raise Refused(url, "the address holds a blank, a control character or a backslash; correct it", reason="url")
    scheme = _SCHEME.match(url)
    if not scheme or scheme.group(1).lower() not in ("http", "https"):
        raise Refused(url, "only http and https addresses are fetched", reason="scheme")
    written = _AUTHORITY.match(url)
    if not written or not written.group(1):
        raise Refused(url, "the address names no host; write it in full, https://host/path", reason="url")
    if "@" in written.group(1):
        raise Refused(url, "the address carries a user name before its host; remove it", reason="userinfo")
    if "%" in written.group(1):
        raise Refused(url, "the host is percent-encoded; write it plainly", reason="host")
    try:
        parsed = httpx.URL(url)
        host, port = parsed.raw_host.decode("ascii"), parsed.port or (443 if parsed.scheme == "https" else 80)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise Refused(url, f"the address cannot be read ({error}); correct it", reason="url") from error
    found = Target(url=parsed, host=host, port=port, local=authority(host, port) in local)
    if not found.local:
        _judge_host(url, found, written.group(1))
    return found


def _judge_host(url: str, found: Target, written: str) -> None:
    literal = literal_address(found.host)
    if literal is not None:
        if not written.isascii():
            raise Refused(url, "the host is a number in disguise; it is not asked", reason="host")
        if not is_public(literal):
            raise _not_public(url, found.host, found.port)
    elif not _HOST.match(found.host) or len(found.host) > 253:
        raise Refused(url, f"{found.host[:80]!r} is not a host name; correct the address", reason="host")
    else:
        labels = found.host.rstrip(".").split(".")
        if _NUMBER.match(labels[-1]):
            raise Refused(url, "the host is an IPv4 address in a disguised form; write four numbers", reason="host")
        if labels[-1] in _LOCAL_NAMES or found.host.rstrip(".") in _LOCAL_HOSTS:
            raise _not_public(url, found.host, found.port)
    if found.port in BAD_PORTS:
        raise Refused(url, f"port {found.port} is not for web pages; it is not asked", reason="port")


def _not_public(url: str, host: str, port: int) -> Refused:
    return Refused(
        url,
        f"{host} is not a public address; if the site is yours, add {authority(host, port)!r} to local_addresses",
        reason="address",
    )


def literal_address(host: str) -> IPAddress | None:
    """The address, if the host is one in its plain form ("127.0.0.1.", with the dot of the DNS root, is one too)."""
    try:
        return ipaddress.ip_address(host.removesuffix("."))
    except ValueError:
        return None


def is_public(address: IPAddress) -> bool:
    """Is it a unicast address of the public internet? IPv4 inside IPv6 (mapped, 6to4, Teredo) is not; NAT64 is judged
    by the IPv4 address inside, because networks without IPv4 reach every IPv4 host that way."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_4)
    if address.scope_id:
        return False
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_UNICAST_6 and not any(address in block for block in _NOT_PUBLIC_6)


def may_be_local(address: IPAddress) -> bool:
    """May a site that the operator configured as local live here? Loopback and private networks; never link-local,
    multicast or a cloud's metadata service."""
    return address not in _METADATA and any(address in block for block in _LOCAL)


async def resolved_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host in the resolver's order. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in found]


async def addresses(
    host: str, port: int, local: frozenset[str], resolve: Resolve = resolved_addresses
) -> tuple[str, ...]:
    """Where a connection to host:port may go, in the resolver's order, each once.

    One answer that is not allowed refuses the host: a name with a public and a private address is an attack or a
    mistake. Raises Refused and Unreachable.
    """
    name = authority(host, port)
    literal = literal_address(host)
    try:
        answers = [str(literal)] if literal is not None else await resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            host, f"the name has no address ({error}); check its spelling and your DNS", reason="dns"
        ) from error
    if not answers:
        raise Unreachable(host, "the name has no address; check its spelling and your DNS", reason="dns")
    for answer in answers:
        address = ipaddress.ip_address(answer)
        if not (is_public(address) or (name in local and may_be_local(address))):
            raise Refused(
                host,
                f"its address {answer} is not public; if the site is yours, add {name!r} to local_addresses",
                reason="address",
            )
    return tuple(dict.fromkeys(answers))


def joined_url(base: str, location: str) -> str:
    """Where a Location header or a link leads from `base`. Blanks are trimmed, the fragment dropped, the rest kept:
    whether it may be asked is for `target` to say. Raises Refused if it cannot be read."""
    try:
        return urljoin(base, location.strip(" \t\r\n").replace(" ", "%20")).partition("#")[0]
    except ValueError as error:
        raise Refused(location, f"the address cannot be read ({error}); it is not followed", reason="url") from error
