"""Server of the pages: one way in for every request, with all checks on it."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from batch.cli.errors import DEBUG_VARIABLE, known_error
from batch.cli.web.blocks import Link, Live, Text, Ways
from batch.cli.web.change_pages import diff_page, log_page, simulate_page
from batch.cli.web.guard import Guard, language_of
from batch.cli.web.links import link_id, today
from batch.cli.web.pages import ALL, EVERYBODY, INSTITUTIONS, Asked, BadRequest, File, NotHere, Page, View
from batch.cli.web.payment_pages import payment_page, payments_page
from batch.cli.web.payslip_pages import payslip_page, proof_file, proof_page, why_page
from batch.cli.web.people_pages import explain_page, person_page, record_page, records_page
from batch.cli.web.run_pages import compliance_page, institution_page, periods, register_page
from batch.cli.web.scope import OutOfScope, Scope, admit
from batch.cli.web.staff_page import staff_page
from batch.cli.web.status_pages import status_page, steps_page
from payengine import __version__
from payengine.characters import escaped
from payengine.errors import PayengineError, Unavailable, UsageError
from payengine.texts import language, say, speaking

if TYPE_CHECKING:
    from batch.cli.web.doors import Doors
    from batch.cli.web.office import Office

STAFF = ("staff", "institution")
VIEWS = (
    View("/", periods, EVERYBODY, optional=("period",)),
    View("/register", register_page, ALL, ("run",)),
    View("/institution", institution_page, INSTITUTIONS, ("run", "institution")),
    View("/compliance", compliance_page, INSTITUTIONS, ("run",), ("institution",)),
    View("/staff", staff_page, INSTITUTIONS, ("run",), ("q", "institution", "sort", "page")),
    View("/person", person_page, EVERYBODY, ("run", "staff"), ("institution",)),
    View("/explain", explain_page, INSTITUTIONS, ("run",), (*STAFF, "component")),
    View("/payslip", payslip_page, EVERYBODY, ("run", "staff"), ("institution",)),
    View("/why", why_page, EVERYBODY, ("run",), (*STAFF, "against")),
    View("/records", records_page, EVERYBODY, ("run",), STAFF),
    View("/record", record_page, EVERYBODY, ("run", "record")),
    View("/proof", proof_page, EVERYBODY, ("run", "staff"), ("institution",)),
    View("/proof-file", proof_file, EVERYBODY, ("run", "staff"), ("institution",)),
    View("/status", status_page, ALL, (), ("year",)),
    View("/steps", steps_page, ALL, ("run",)),
    View("/payments", payments_page, EVERYBODY, (), STAFF),
    View("/payment", payment_page, EVERYBODY, ("number",), STAFF),
    View("/diff", diff_page, ALL, (), ("before", "after")),
    View("/simulate", simulate_page, ALL, ("period",), ("parameter", "value"), wrong=HTTPStatus.BAD_REQUEST),
    View("/log", log_page, ALL, (), (*STAFF, "period", "run", "user", "since", "until", "action"),
         wrong=HTTPStatus.BAD_REQUEST),
)  # fmt: skip
OTHERS = {"en": ("zh", "中文"), "zh": ("en", "English")}


def application(office: Office, doors: Doors) -> Guard:
    """Make the server of a workspace, behind its doors."""
    templates = Environment(loader=PackageLoader("batch.cli.web"), autoescape=True)
    routes: list[Any] = [Route(view.path, _Endpoint(office, doors, templates, view)) for view in VIEWS]
    routes.append(Route("/enter", _Entrance(office, doors, templates)))
    routes.append(Mount("/static", StaticFiles(packages=[("batch.cli.web", "static")])))

    def failed(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        with speaking(language_of(request.scope)):
            return _Answers(templates, request, None).plain(status, say("There is no such page."))

    return Guard(Starlette(routes=routes, exception_handlers={404: failed, 405: failed}), doors, _refusal(templates))


def _refusal(templates: Environment) -> Any:
    """Make the page of a request that the guard turns away."""

    def refuse(request: Request, status: int, told: str) -> Response:
        return _Answers(templates, request, None).plain(status, told)

    return refuse


class _Endpoint:
    """A view of the office, with the one check of who may see it."""

    def __init__(self, office: Office, doors: Doors, templates: Environment, view: View) -> None:
        self.office, self.doors, self.templates, self.view = office, doors, templates, view

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.concurrency import run_in_threadpool

        request = Request(scope)
        await (await run_in_threadpool(self.answer, request))(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """Answer a request; whatever fails is told in words."""
        visitor: Scope | None = None
        with speaking(language_of(request.scope)):
            try:
                visitor = scope_of(self.doors, self.office, request)
                pairs = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
                admitted = admit(visitor, self.view.shown_to, dict(pairs))
                assert visitor is not None  # or it was not admitted
                asked = Asked(visitor, self.view.read(pairs, admitted))
                made = self.view.make(self.office, asked)
            except Exception as error:
                return _Answers(self.templates, request, visitor).failure(error, self.view)
            return _Answers(self.templates, request, visitor).made(made)


class _Entrance:
    """The way in by a link: its token becomes a cookie, and leaves the address.

    The answer is a page that goes on by itself. By a redirect the browser would still be on its way from the place
    where the link was, and would not send a cookie that is for this site's own requests only (SameSite=Strict).
    """

    def __init__(self, office: Office, doors: Doors, templates: Environment) -> None:
        self.office, self.doors, self.templates = office, doors, templates

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.concurrency import run_in_threadpool

        await (await run_in_threadpool(self.answer, Request(scope)))(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """Set the cookie of a good token; 403 for any other."""
        with speaking(language_of(request.scope)):
            answers = _Answers(self.templates, request, None)
            try:
                return self._let_in(request, answers)
            except Exception as error:
                _note(error)
                return answers.plain(
                    HTTPStatus.SERVICE_UNAVAILABLE, say("This cannot be shown now. Please tell the office.")
                )

    def _let_in(self, request: Request, answers: _Answers) -> Response:
        token = request.query_params.get("key", "")
        visitor = None if self.doors.header else _admitted(self.doors, self.office, token, (), "")
        if visitor is None:
            told = say("This link is not good, has expired or was revoked: ask for another.")
            return answers.plain(HTTPStatus.FORBIDDEN, told)
        page = Page(say("You are let in"), [Text(say("Your link is good.")), *_way_on()])
        response = answers.page(page, refresh=True)
        response.set_cookie(self.doors.cookie, token, httponly=True, samesite="strict", secure=self.doors.is_encrypted)
        return response


def _way_on() -> Sequence[Any]:
    return [Ways([Link("/", say("Go on"))])]


def scope_of(doors: Doors, office: Office, request: Request) -> Scope | None:
    """Find out what a visitor may see; None where nobody vouches for one."""
    client = request.client.host if request.client else ""
    named = [header_text(one) for one in request.headers.getlist(doors.header)] if doors.header else []
    return _admitted(doors, office, request.cookies.get(doors.cookie, ""), named, client)


def _admitted(doors: Doors, office: Office, token: str, named: Sequence[str], client: str) -> Scope | None:
    """Find the scope of a token or a header; None for a link that was revoked.

    The link that the server printed itself is in no ledger: it is good as long as the server runs.
    """
    scope = doors.scope_of(token, named, client, today())
    is_own = not doors.header and doors.own.read(token, today()) is not None
    if scope is None or doors.header or is_own:
        return scope
    return None if office.is_revoked(link_id(token)) else scope


def header_text(value: str) -> str:
    """Read a header's value as UTF-8, in which a proxy writes codes that are not ASCII."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


class _Answers:
    """Responses to one request: whole pages, fragments for scripts, files, failures."""

    def __init__(self, templates: Environment, request: Request, visitor: Scope | None) -> None:
        self.templates, self.request, self.visitor = templates, request, visitor

    def made(self, made: Page | File) -> Response:
        """Answer with what a view made."""
        if isinstance(made, Page):
            return self.page(made)
        named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}"}
        return Response(made.text, media_type="application/json", headers=named)

    def page(self, page: Page, *, refresh: bool = False) -> HTMLResponse:
        """Answer with a page, or with the part of it that a script asked for."""
        if self.request.headers.get("HX-Request") == "true":
            target = self.request.headers.get("HX-Target", "")
            live = next((one for one in page.blocks if isinstance(one, Live) and one.id == target), None)
            blocks, told = (page.blocks, "") if live is None else (live.blocks, live.told)
            html = self.templates.get_template("blocks.html").render(
                page=Page(page.title, blocks), told=told, target=target
            )
        else:
            html = self.templates.get_template("layout.html").render(
                page=page, lang={"zh": "zh-CN"}.get(language(), language()), words=self._words(), refresh=refresh
            )
        return HTMLResponse(html, page.status)

    def plain(self, status: int, told: str) -> Response:
        """Answer with a page of one sentence."""
        return self.page(Page(_title(status), [Text(told, mark="error")], status=status))

    def failure(self, error: Exception, view: View) -> Response:
        """Tell what failed; to a narrow scope without anything that could name others."""
        known = known_error(error)
        is_narrow = self.visitor is None or not self.visitor.is_everything  # None: it could not be found out
        status = _status(known, view)
        if known is None or (is_narrow and status >= HTTPStatus.CONFLICT):
            _note(error)
        if known is None:
            told = say("This is a bug in payengine {version}, not a mistake of yours.", version=__version__)
        elif isinstance(error, OutOfScope | BadRequest):
            told = known.report()
        elif is_narrow and isinstance(known, UsageError):
            status, told = HTTPStatus.NOT_FOUND, say("There is nothing here that your link shows.")
        elif is_narrow:
            told = say("This cannot be shown now. Please tell the office.")
        else:
            told = escaped(known.report(), keep="\n")
        return self.page(Page(_title(status), [Text(told, mark="error")], status=status))

    def _words(self) -> Mapping[str, Any]:
        """Write what stands around every page."""
        nav = [Link("/", say("Periods"))]
        if self.visitor is not None and self.visitor.is_everything:
            nav.append(Link("/status", say("Progress")))
        if self.visitor is not None:
            nav.append(Link("/payments", say("Payments")))
        if self.visitor is not None and self.visitor.is_everything:
            nav += [Link("/diff", say("Changes")), Link("/log", say("Who did what"))]
        code, name = OTHERS[language()]
        pairs = [(one, value) for one, value in self.request.query_params.multi_items() if one not in ("lang", "key")]
        path = "/" + quote(self.request.scope["path"].lstrip("/"))  # two slashes would lead to another server
        other = Link(f"{path}?{urlencode([*pairs, ('lang', code)])}", name)
        return {
            "skip": say("Skip to the content"), "pages": say("Pages"), "way": say("Where you are"), "nav": nav,
            "other": other, "other_lang": code,
            "footer": say("Read only: nothing can be changed here. payengine {version}", version=__version__),
        }  # fmt: skip


def _status(known: PayengineError | None, view: View) -> int:
    """Choose the status of an answer that tells of an error."""
    if isinstance(known, OutOfScope):
        return HTTPStatus.FORBIDDEN
    if isinstance(known, BadRequest):
        return HTTPStatus.BAD_REQUEST
    if isinstance(known, NotHere):
        return HTTPStatus.NOT_FOUND
    if isinstance(known, UsageError):
        return view.wrong
    if isinstance(known, Unavailable):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.INTERNAL_SERVER_ERROR if known is None or known.exit_code in (4, 7) else HTTPStatus.CONFLICT


def _title(status: int) -> str:
    return {
        400: say("This cannot be asked for"), 403: say("Not shown"), 404: say("Not found"),
        405: say("Read only"), 421: say("Another server"), 503: say("Not available now"),
    }.get(status, say("This cannot be shown"))  # fmt: skip


def _note(error: Exception) -> None:
    """Tell the office on stderr what a visitor is not told."""
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
    else:
        print(escaped(f"{type(error).__name__}: {error}", keep="\n"), file=sys.stderr, flush=True)
