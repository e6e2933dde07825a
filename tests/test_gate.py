"""The gate over HTTP, against the real server: what a stranger can ask for, and what every answer carries."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from sqlmodel import col, select
from streamlit.proto.BackMsg_pb2 import BackMsg

from db.models import AuditEntry, Role
from services.work import SYSTEM, reading
from tests.live_server import PASSWORD, LiveServer, address_of
from tests.wire import Answer, Wire

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


def assert_protected(answer: Answer) -> None:
    for name, value in HEADERS.items():
        assert answer.header(name) == value
    policy = dict(part.strip().partition(" ")[::2] for part in answer.header("content-security-policy").split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert "http" not in answer.header("content-security-policy")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/people",
        "/people?a=b",
        "/healthz",
        "/readyz",
        "/nothing/here",
        "/media/00000000000000000000000000000000.csv",
        "/_stcore/health",
        "/_stcore/host-config",
        "/_stcore/metrics",
        "/session/ticket?t=x",
        "/static/nothing.js",
    ],
)
def test_every_answer_carries_the_security_headers(live_server: LiveServer, path: str) -> None:
    assert_protected(live_server.ask(path))


def test_the_files_of_the_page_and_refusals_carry_them_too(live_server: LiveServer) -> None:
    page = live_server.ask("/").body.decode()
    script = next(iter(re.findall(r'src="\.?(/static/[^"]+\.js)"', page)))
    assert live_server.ask(script).status == 200
    assert_protected(live_server.ask(script))
    for refused in (
        live_server.ask("/session/sign-out", method="POST"),
        live_server.ask("/_stcore/upload_file/a/b", method="PUT", body=b"x"),
        live_server.ask("/", headers={"Host": "evil.example"}),
        live_server.ask("//etc/passwd"),
    ):
        assert refused.status >= 400
        assert_protected(refused)


def test_no_inline_script_runs_but_streamlits_own(live_server: LiveServer) -> None:
    answer = live_server.ask("/")
    allowed = set(re.findall(r"'sha256-([^']+)'", answer.header("content-security-policy")))
    inline = re.findall(r"<script>(.*?)</script>", answer.body.decode(), re.DOTALL)
    assert {b64encode(sha256(s.encode()).digest()).decode() for s in inline} == allowed
    assert " on" not in "".join(re.findall(r"<[a-z]+ [^>]*?( on[a-z]+=)", answer.body.decode()))


def test_pages_and_private_answers_stay_out_of_caches(live_server: LiveServer) -> None:
    for path in ("/", "/people", "/session/ticket?t=x", "/media/" + "0" * 56 + ".csv"):
        assert "no-store" in live_server.ask(path).header("cache-control")


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore//metrics",
        "/_stcore/%6detrics",
        "/./_stcore/metrics",
        "//_stcore/metrics",
        "/_stcore/agent/v1",
        "/_stcore/agent",
        "/_stcore/script-health-check",
        "/.git/config",
        "/.env",
        "/app.py",
        "/var/rapport.db",
        "/.streamlit/config.toml",
        "/static/..%2f..%2fapp.py",
        "/app/static/x",
        "/docs",
        "/openapi.json",
        "/session/sign-out",
        "/.well-known/streamlit-agent",
    ],
)
def test_nothing_of_the_machinery_is_handed_out(live_server: LiveServer, path: str) -> None:
    answer = live_server.ask(path)
    index = live_server.ask("/").body
    assert answer.status in (400, 403, 404) or answer.body == index


def test_the_page_tells_the_browser_of_no_foreign_parent(live_server: LiveServer) -> None:
    assert b'"allowedOrigins":[]' in live_server.ask("/_stcore/host-config").body.replace(b" ", b"")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80@127.0.0.1", "", "[", "a b"]
)
def test_a_foreign_host_is_not_served(live_server: LiveServer, host: str) -> None:
    assert live_server.ask("/", headers={"Host": host}).status == 400
    assert live_server.ask("/healthz", headers={"Host": host}).status == 400


def test_our_own_cookies_are_kept_from_scripts(live_server: LiveServer) -> None:
    cookies = live_server.cookie_of(Role.STAFF)
    assert "__Host-rapport" in cookies
    fresh = [v for k, v in live_server.ask("/").headers if k.lower() == "set-cookie"]
    assert len(fresh) == 2
    for cookie in fresh:
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert cookie.startswith("__Host-") == ("Secure" in cookie)
        assert "Domain" not in cookie


def upload_place(tab: Wire, xsrf: bool = True) -> str:
    """Where the server says a file of this tab goes."""
    asked = BackMsg()
    asked.file_urls_request.request_id = "1"
    asked.file_urls_request.session_id = tab.session_id
    asked.file_urls_request.file_names.append("a.csv")
    tab.send(asked)
    tab.closed_within(1)
    [found] = [f.file_urls_response for f in tab.last.frames if f.WhichOneof("type") == "file_urls_response"]
    return str(found.file_urls[0].upload_url)


def put(server: LiveServer, path: str, cookies: dict[str, str]) -> int:
    """Upload a file as a page does, with Streamlit's own token against forged requests."""
    token = server.ask("/_stcore/health", cookies=cookies).cookies.get("_streamlit_xsrf", "")
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b", "X-Xsrftoken": token}
    sent = {**cookies, "_streamlit_xsrf": token}
    return server.ask(path, method="PUT", body=body, cookies=sent, headers=headers).status


def test_only_who_was_given_a_place_may_upload_there(live_server: LiveServer) -> None:
    admin, staff = live_server.browser_of(address_of(Role.ADMIN)), live_server.browser_of(address_of(Role.STAFF))
    visitor = live_server.new_browser()
    with live_server.wire(admin) as tab, live_server.wire(visitor) as strange:
        tab.open("imports")
        place = upload_place(tab)
        assert put(live_server, place, {}) == 403
        assert put(live_server, place, visitor) == 403
        assert put(live_server, place, staff) == 403
        assert live_server.ask(place, method="DELETE", cookies=staff).status == 403
        strange.open("sign-in")
        assert put(live_server, upload_place(strange), visitor) == 403, "nobody uploads before signing in"
        # A session id that somebody typed, and that was shown to him again, is no permission.
        with live_server.wire(staff) as other:
            other.open("security", query="q=" + place)
            assert put(live_server, place, staff) == 403
        assert put(live_server, place, admin) == 204


@pytest.mark.parametrize(
    "claimed", ["6.6.6.6", "6.6.6.6:4711", "[2001:db8::6]:4711", "2001:db8::6", "1.1.1.1, 6.6.6.6"]
)
def test_the_address_in_the_trail_is_the_one_the_server_saw(live_server: LiveServer, claimed: str) -> None:
    forged = {
        "X-Rapport-Address": "6.6.6.6",
        "X-Forwarded-For": claimed,
        "X-Real-IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
    }
    with live_server.wire(live_server.new_browser(), headers=forged) as tab:
        tab.open("sign-in")
        tab.submit("Sign in", sign_in_email=f"{abs(hash(claimed))}@forged.example", sign_in_password=PASSWORD)
    with reading(SYSTEM) as w:
        newest = w.session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert newest is not None
    assert (newest.action, newest.address) == ("auth.sign_in_refused", "127.0.0.1")
