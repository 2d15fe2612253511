"""Guard before every page: reading methods, the server's own name, private headers."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response

from payengine.texts import LANGUAGES, language, say, speaking

if TYPE_CHECKING:
    from batch.cli.web.doors import Doors

LANGUAGE_COOKIE = "payengine-language"
METHODS = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LONGEST_QUERY = 4000  # bytes

Refuse = Callable[[Request, int, str], Response]


class Guard:
    """Application around the pages; `refuse` makes the page of a request that is turned away."""

    def __init__(self, inner: Any, doors: Doors, refuse: Refuse) -> None:
        self.inner, self.doors, self.refuse = inner, doors, refuse

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        request = Request(scope)
        chosen = request.query_params.get("lang", "")

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if chosen in LANGUAGES:
                    secure = "; Secure" if self.doors.is_encrypted else ""
                    headers.append(
                        "Set-Cookie", f"{LANGUAGE_COOKIE}={chosen}; HttpOnly; Path=/; SameSite=Strict{secure}"
                    )
            await send(message)

        with speaking(language_of(scope)):
            refused = self._refused(request, chosen)
        await (refused or self.inner)(scope, receive, guarded)

    def _refused(self, request: Request, chosen: str) -> Response | None:
        """Return the answer to a request that goes no further."""
        if not self.doors.knows(request.headers.get("host", "")):
            return self.refuse(request, HTTPStatus.MISDIRECTED_REQUEST, say("This server is not called by that name."))
        if request.method not in METHODS:
            response = self.refuse(
                request, HTTPStatus.METHOD_NOT_ALLOWED, say("Nothing can be changed here: pages are only read.")
            )
            response.headers["Allow"] = ", ".join(METHODS)
            return response
        if len(request.scope["query_string"]) > LONGEST_QUERY:
            return self.refuse(request, HTTPStatus.BAD_REQUEST, say("The address is too long."))
        if chosen and chosen not in LANGUAGES:
            return self.refuse(request, HTTPStatus.BAD_REQUEST, say("The language is en or zh."))
        return None


def language_of(scope: Any) -> str:
    """Choose the language of an answer.

    It is asked for, was chosen before, or is the browser's, or the server's own.
    """
    request = Request(scope)
    for named in (request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, "")):
        if named in LANGUAGES:
            return named
    return _accepted(Headers(scope=scope).get("accept-language", "")) or language()


def _accepted(header: str) -> str:
    """Read the language that a browser likes best; '' for none of ours."""
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.lower().split(",")[:20]):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)  # of a header of HTTP: no figure of ours
        except ValueError:
            continue
        if name[:2] in LANGUAGES and weight > 0:
            liked.append((-weight, place, name[:2]))
    return min(liked)[2] if liked else ""
