"""What messages are really sent to in the tests: an SMTP server, a text-message gateway, a messenger behind its own name."""

import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Mailbox:
    """An SMTP server on this machine: keeps every letter; `answer` is what it says to a recipient instead of taking it."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.raw: list[bytes] = []
        self.answer = ""
        self.answers: dict[str, str] = {}  # the same for other words: HELLO, MAIL, DATA
        self.seen: list[str] = []

    async def handle_HELO(self, _server: SMTP, session: Any, _envelope: Any, hostname: str) -> str:
        session.host_name = hostname
        return self.answers.get("HELLO", "250 here")

    async def handle_EHLO(
        self, _server: SMTP, session: Any, _envelope: Any, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [self.answers["HELLO"]] if "HELLO" in self.answers else lines

    async def handle_MAIL(self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if "MAIL" not in self.answers:
            envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.raw.append(envelope.content)
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        self.seen += envelope.rcpt_tos
        return "250 OK"


@contextmanager
def smtp_server(*, user: str = "", password: str = "") -> Iterator[tuple[Mailbox, dict[str, Any]]]:
    """A running server with the settings that lead to it; with a user it asks for the password."""
    box = Mailbox()

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=right)

    asks = {"authenticator": known, "auth_require_tls": False} if user else {}
    controller = Controller(box, hostname="127.0.0.1", port=_free_port(), **asks)
    controller.start()
    try:
        yield box, {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": controller.port}
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Gateway:
    """A text-message gateway as docs/reference/sms.md describes it: checks the signature, takes each id once."""

    def __init__(self, secret: str) -> None:
        self.secret, self.status, self.calls, self.taken = secret, 200, [], {}
        self.location = ""

    def take(self, headers: Any, body: bytes) -> int:
        self.calls.append((dict(headers), json.loads(body)))
        wanted = hmac.new(self.secret.encode(), headers["X-Gongyi-Time"].encode() + b"\n" + body, hashlib.sha256)
        if not hmac.compare_digest(wanted.hexdigest(), headers["X-Gongyi-Signature"]):
            return 401
        if self.status != 200:
            return self.status
        facts = json.loads(body)
        if facts["id"] in self.taken:
            return 409
        self.taken[facts["id"]] = facts
        return 200


@contextmanager
def gateway_server(secret: str = "s3cret") -> Iterator[tuple[Gateway, str]]:
    """A running gateway and its address on this machine."""
    gateway = Gateway(secret)

    class Handler(_Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = gateway.take(self.headers, body)
            self.send_response(status)
            if gateway.location:
                self.send_header("Location", gateway.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with _serving(Handler) as port:
        yield gateway, f"http://127.0.0.1:{port}/send"


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Messenger:
    """Whatever is sent to the messengers' own names, with their certificates made by an authority of the test's own."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.answer: dict[str, Any] = {"errcode": 0, "code": 0}
        self.status, self.location = 200, ""


@contextmanager
def messenger_server(folder: Path, monkeypatch: Any) -> Iterator[Messenger]:
    """Catch what is sent to the messengers by https: a proxy that answers in their name."""
    messenger = Messenger()
    context = _certificate(folder, ["qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn", "elsewhere.example"])

    class Handler(_Quiet):
        def do_CONNECT(self) -> None:
            self.send_response(200)
            self.end_headers()
            host = self.path.partition(":")[0]
            with context.wrap_socket(self.connection, server_side=True) as inside:
                reader = inside.makefile("rb")
                first = reader.readline().decode()
                headers = {}
                while (line := reader.readline().decode().strip()) != "":
                    name, _colon, value = line.partition(": ")
                    headers[name.lower()] = value
                body = reader.read(int(headers.get("content-length", 0)))
                messenger.calls.append((host, first.split()[1], json.loads(body or b"{}")))
                answer = json.dumps(messenger.answer).encode()
                where = f"Location: {messenger.location}\r\n" if messenger.location else ""
                head = f"HTTP/1.1 {messenger.status} X\r\n{where}Content-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
                inside.sendall(head.encode() + answer)
            self.close_connection = True

    with _serving(Handler) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / "ca.pem"))
        yield messenger


def _certificate(folder: Path, hosts: list[str]) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "messengers of a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


def decoded(letter: Message) -> str:
    """The words of a letter."""
    body = letter.get_payload(decode=True)
    return (body if isinstance(body, bytes) else str(body).encode()).decode().replace("\r\n", "\n")
