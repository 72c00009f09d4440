"""TLS keeps the name while the connection goes to the judged address, on HTTP/1.1 and HTTP/2."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from flows.fetching.client import Fetcher
from flows.fetching.errors import DeadlineExceeded, TooLarge, Unreachable
from flows.fetching.pace import Pace
from flows.fetching.policy import FetchPolicy, FetchRequest

NAME = "site.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for NAME signed by itself, and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem, private = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, private


class SecureSite:
    """HTTP/1.1 or HTTP/2 by what the client prefers; `pages` maps a path to a body, None to silence."""

    def __init__(self, certificate: tuple[Path, Path]) -> None:
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(*certificate)
        self.context.set_alpn_protocols(["h2", "http/1.1"])
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.names: list[str | None] = []
        self.protocols: list[str | None] = []
        self.pages: dict[str, bytes | None] = {}
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = writer.get_extra_info("ssl_object").selected_alpn_protocol()
        self.protocols.append(protocol)
        try:
            await (self.second(reader, writer) if protocol == "h2" else self.first(reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away
        finally:
            writer.close()

    async def first(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        body = self.pages[request.split(b" ")[1].decode()] or b""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async def second(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        link.initiate_connection()
        writer.write(link.data_to_send())
        while data := await reader.read(65_536):
            for event in link.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    body = self.pages[dict(event.headers)[":path"]]
                    if body is None:
                        continue
                    link.send_headers(event.stream_id, [(":status", "200"), ("content-type", "text/html")])
                    while body and (size := min(len(body), 16_384, link.local_flow_control_window(event.stream_id))):
                        link.send_data(event.stream_id, body[:size])
                        body = body[size:]
                    if not body:
                        link.end_stream(event.stream_id)
            writer.write(link.data_to_send())
            await writer.drain()


@pytest.fixture
async def secure(certificate: tuple[Path, Path]) -> AsyncIterator[SecureSite]:
    site = SecureSite(certificate)
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=site.context)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()


@pytest.fixture
async def secure_fetcher(secure: SecureSite, certificate: tuple[Path, Path]) -> AsyncIterator[Callable[..., Fetcher]]:
    made: list[Fetcher] = []

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    def make(*, name: str = NAME, http2: bool = True, trusted: bool = True, deadline: float = 5.0) -> Fetcher:
        policy = FetchPolicy(
            local_addresses=frozenset({f"{name}:{secure.port}"}),
            respect_robots=False,
            http2=http2,
            ca_file=str(certificate[0]) if trusted else None,
            attempts=1,
            total_deadline_s=deadline,
            max_bytes=50_000,
        )
        made.append(Fetcher(policy, pace=Pace(), resolve=resolve))
        return made[-1]

    yield make
    for fetcher in made:
        await fetcher.__aexit__(None, None, None)


@pytest.mark.parametrize(("http2", "protocol"), [(True, "h2"), (False, "http/1.1")])
async def test_the_name_is_kept_for_sni_and_certificate(
    http2: bool, protocol: str, secure: SecureSite, secure_fetcher: Callable[..., Fetcher]
) -> None:
    secure.pages["/a"] = b"<p>a"
    result = await secure_fetcher(http2=http2).fetch(FetchRequest(url=f"https://{NAME}:{secure.port}/a"))
    assert (result.body, result.ip) == (b"<p>a", "127.0.0.1")
    assert (secure.names, secure.protocols) == ([NAME], [protocol])


async def test_several_pages_share_one_http2_connection_and_one_too_large_harms_no_other(
    secure: SecureSite, secure_fetcher: Callable[..., Fetcher]
) -> None:
    secure.pages |= {f"/{number}": b"<p>%d" % number * 50 for number in range(6)} | {"/big": b"x" * 60_000}
    fetcher = secure_fetcher()

    async def body(path: str) -> bytes:
        return (await fetcher.fetch(FetchRequest(url=f"https://{NAME}:{secure.port}{path}"))).body

    await body("/0")
    found = await asyncio.gather(*(body(path) for path in secure.pages), return_exceptions=True)
    assert found[:6] == list(secure.pages.values())[:6]
    assert isinstance(found[6], TooLarge)
    assert await body("/1") == secure.pages["/1"]


async def test_silence_on_http2_ends_at_the_deadline(
    secure: SecureSite, secure_fetcher: Callable[..., Fetcher]
) -> None:
    secure.pages["/silent"] = None
    with pytest.raises(DeadlineExceeded):
        await secure_fetcher(deadline=0.5).fetch(FetchRequest(url=f"https://{NAME}:{secure.port}/silent"))


@pytest.mark.parametrize(("name", "trusted"), [("other.example", True), (NAME, False)])
async def test_a_certificate_that_proves_nothing_makes_the_site_unreachable(
    name: str, trusted: bool, secure: SecureSite, secure_fetcher: Callable[..., Fetcher]
) -> None:
    secure.pages["/a"] = b"<p>a"
    with pytest.raises(Unreachable, match="certificate") as error:
        await secure_fetcher(name=name, trusted=trusted).fetch(FetchRequest(url=f"https://{name}:{secure.port}/a"))
    assert error.value.reason == "tls"
