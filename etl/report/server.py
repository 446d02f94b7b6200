"""A review over HTTP: one person, one machine, one token.

It listens on 127.0.0.1.  Every request must name this host and port, and have the token of this run.  A request that
changes something must also be JSON, and come from a page of this server.  A page of another origin cannot send such a
request.
"""

import re
import sys
from collections.abc import Callable
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct

from etl.errors import CopydeskError, of_system
from etl.report.review import Review

HOST = "127.0.0.1"
TOKEN_HEADER = "X-Copydesk-Token"
# Bytes of a request.  A rule with its examples has some thousand.
MAX_BODY = 1_000_000
# Digits of its length.  Python refuses to read a number of thousands.
MAX_DIGITS = 9
# Seconds that a connection may be silent.
TIMEOUT = 30
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_ACTION = re.compile(r"/api/([a-z]+)")


class Refused(Exception):
    """A request that is refused, with its status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class Answer(Struct, frozen=True):
    """What is sent back."""

    body: bytes
    content_type: str
    status: HTTPStatus = HTTPStatus.OK


class ReviewServer(ThreadingHTTPServer):
    """The page of a review, and the answers to its requests.  Port 0 means any free port."""

    daemon_threads = True

    def __init__(self, page: str, review: Review, token: str, port: int = 0) -> None:
        super().__init__((HOST, port), _Handler)
        self.page, self.review, self.token = page.encode(), review, token

    def handle_error(self, request: Any, client_address: Any) -> None:  # the names of the standard library
        """Write nothing about a client that has disconnected: a tab was closed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Close the server, and end the review."""
        super().server_close()
        self.review.end()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that requests may use."""
        return tuple(f"{name}:{self.server_port}" for name in (HOST, "localhost"))

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"http://{self.hosts[0]}/?token={self.token}"


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    timeout = TIMEOUT

    def do_GET(self) -> None:
        """Answer with the page, or with the verdicts so far."""
        self._respond(self._got)

    def do_POST(self) -> None:
        """Do what the page asks for."""
        self._respond(self._posted)

    def _respond(self, answer: Callable[[], Answer]) -> None:
        try:
            self._check_host()
            found = answer()
        except Refused as refused:
            found = _json({"error": refused.status.phrase}, refused.status)
        except CopydeskError as error:
            found = _json({"error": error.fault, "way_out": error.way_out})  # an answer, which the page shows
        except (ConnectionError, TimeoutError):
            raise
        except OSError as error:
            found = _json({"error": str(of_system(str(error.filename or ""), error))})
        except Exception as error:  # a bug of ours affects this request, not earlier verdicts
            said = {"error": f"internal error: {type(error).__name__}: {error}"}
            found = _json(said, HTTPStatus.INTERNAL_SERVER_ERROR)
        self.send_response(found.status)
        sizes = {"Content-Type": found.content_type, "Content-Length": str(len(found.body))}
        for name, value in {**HEADERS, **sizes}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(found.body)

    def _got(self) -> Answer:
        try:
            parts = urlsplit(self.path)
        except ValueError:  # "http://[" is no address
            raise Refused(HTTPStatus.BAD_REQUEST) from None
        if parts.path == "/favicon.ico":  # browsers ask for it by themselves
            return Answer(b"", "image/x-icon", HTTPStatus.NO_CONTENT)
        if parts.path == "/":
            self._check_token(parse_qs(parts.query).get("token", [""])[0])
            return Answer(self.server.page, "text/html; charset=utf-8")
        self._check_token(self.headers.get(TOKEN_HEADER, ""))
        if parts.path != "/api/verdicts":
            raise Refused(HTTPStatus.NOT_FOUND)
        return _json(self.server.review.verdicts())

    def _posted(self) -> Answer:
        if self.headers.get("Origin") not in [f"http://{host}" for host in self.server.hosts]:
            raise Refused(HTTPStatus.FORBIDDEN)
        self._check_token(self.headers.get(TOKEN_HEADER, ""))
        action = _ACTION.fullmatch(self.path)
        if not action:
            raise Refused(HTTPStatus.NOT_FOUND)
        return _json(self.server.review.act(action[1], self._body()))

    def log_message(self, format: str, *values: Any) -> None:  # the name of the standard library
        """Write no log, because the address has the token."""

    def _check_host(self) -> None:
        """Refuse other names of this machine, because a site could make its own name lead here."""
        if self.headers.get("Host") not in self.server.hosts:
            raise Refused(HTTPStatus.MISDIRECTED_REQUEST)

    def _check_token(self, given: str) -> None:
        if not compare_digest(given.encode(), self.server.token.encode()):
            raise Refused(HTTPStatus.FORBIDDEN)

    def _body(self) -> bytes:
        if self.headers.get_content_type() != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise Refused(HTTPStatus.LENGTH_REQUIRED)
        if len(length) > MAX_DIGITS or int(length) > MAX_BODY:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.rfile.read(int(length))


def _json(answer: object, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return Answer(msgspec.json.encode(answer), "application/json", status)
