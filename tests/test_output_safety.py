"""What people type is shown as they typed it, on every page, to every role; nothing personal is kept for others."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.models import Channel, Interaction, Person, Role
from pages._ui import registry
from pages._ui.guard import allowed
from pages._ui.show import md
from services import outbox, search
from services.work import SYSTEM, work
from tests import make
from tests.live_server import LiveServer, address_of, attach
from tests.wire import Run, strings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "pages").rglob("*.py"))
#: Would load an image from afar, make a link, colour, an icon, a formula, a heading, or an element of HTML.
PAYLOAD = (
    "Canary ![x](https://tracker.example/p.png) [a](https://tracker.example) <img src=x> :red[d] :material/home: $x$"
)
LIVE = re.compile(r"(?<!\\)(!?\[[^\]]*[^\\]\]\(|<img|:red\[|:material/home:|https://tracker|\$x\$)")
#: Kinds of element, or their fields, whose text Streamlit shows as it is (measured, see the security brief).
#: Our own components are held to it by `test_our_components_make_nothing_but_text_of_what_they_are_given`.
PLAIN = {"text", "code", "json", "dataframe", "vega_lite_chart", "bidi_component"}
PLAIN_FIELDS = {"default", "value", "placeholder", "raw_values", "set_value", "url", "id", "element_hash"}


def shown_plainly(kind: str, element: Any) -> set[str]:
    """The texts of an element that Streamlit never reads as Markdown: what was typed, and the choices of lists."""
    fields = PLAIN_FIELDS | ({"options"} if kind in ("selectbox", "multiselect") else set())
    values = [v if hasattr(v, "append") else [v] for f, v in element.ListFields() if f.name in fields]
    return {text for many in values for one in many for text in ([one] if isinstance(one, str) else [])}


def live_markup(run: Run) -> list[str]:
    """Texts of a page that would act as Markdown or HTML where Streamlit reads it."""
    blocks = [("block", f.delta.add_block) for f in run.frames if f.delta.HasField("add_block")]
    found: list[str] = []
    for kind, element in [*run.elements, *blocks]:
        if kind not in PLAIN:
            read = [t for t in strings(element) if "Canary" in t and t not in shown_plainly(kind, element)]
            found += [f"{kind}: {t}" for t in read if LIVE.search(t)]
    return found


def plant(session: Session) -> dict[str, int]:
    """The payload wherever somebody could have typed it. Returns numbers by which pages show it."""
    customer = make.customer(session, PAYLOAD, email="canary@example.com")
    make.product(session, PAYLOAD, category=PAYLOAD[:70])
    session.add(
        Interaction(
            customer_id=customer.id,
            channel=Channel.PHONE,
            reason=PAYLOAD[:200],
            summary=PAYLOAD,
            happened_at=make.NOON,
            logged_at=make.NOON,
        )
    )
    return {"customer": customer.id}


@pytest.fixture(scope="module")
def planted(running_server: LiveServer) -> dict[str, int]:
    attach(running_server.engines)
    with work(SYSTEM) as w:
        made = plant(w.session)
        search.index(w, made["customer"])
        for role in Role:
            person = w.session.exec(select(Person).where(Person.email == address_of(role))).one()
            person.name = PAYLOAD
            w.session.add(person)
        outbox.post(w, "test", "canary@example.com", PAYLOAD, [PAYLOAD])
    return made


def queries(made: dict[str, int]) -> list[str]:
    number = made["customer"]
    return ["", f"customer={number}&customer_id={number}&id={number}", "q=Canary&search=Canary", f"q={PAYLOAD}"]


@pytest.mark.parametrize("role", list(Role))
def test_what_was_typed_acts_as_markup_nowhere(live_server: LiveServer, planted: dict[str, int], role: Role) -> None:
    seen, cookies = 0, live_server.browser_of(address_of(role))
    for entry in registry.entries("en"):
        may = not entry.roles or role in allowed(entry.roles)
        if not may or not (registry.PAGES / entry.path).is_file():
            continue
        with live_server.wire(cookies) as tab:  # a tab each: nobody opens a hundred pages in one within seconds
            for query in queries(planted):
                run = tab.open(entry.url, query)
                assert live_markup(run) == [], f"/{entry.url}?{query}"
                assert not run.of("html", "iframe", "exception", "table"), f"/{entry.url}?{query}"
                seen += "Canary" in run.words
    assert seen >= 5, "the payload was shown and looked at"


def test_the_look_out_for_markup_sees_it() -> None:
    """The test above would pass if the pattern matched nothing."""
    for part in ("![x](https://t", "[a](https://t", "<img src=x>", ":red[d]", ":material/home:", "$x$"):
        assert LIVE.search("Canary " + part)
    assert not LIVE.search(md(PAYLOAD))


@pytest.mark.parametrize("path", sorted((ROOT / "pages" / "_ui" / "components").glob("*.js")), ids=lambda p: p.name)
def test_our_components_make_nothing_but_text_of_what_they_are_given(path: Path) -> None:
    script = path.read_text("utf-8")
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "DOMParser",
        "eval(",
        "Function(",
        "srcdoc",
    ):
        assert way not in script, f"{path.name} may make markup of what people typed"
    links = {line.strip() for line in script.splitlines() if ".href =" in line or ".src" in line}
    if "SAFE = /^(tel|mailto):/" in script and "SAFE.test(target" in script:
        links -= {"link.href = target;"}
    if 'const PAGES = { case: "case?case=", order: "order-desk?order=", report: "service-report?report=" };' in script:
        links -= {"link.href = PAGES[kind] + Number(id);"}
    ours = {
        "link.href = `customer?customer=${Number(line.customer_id)}`;",
        "link.href = `customer?customer=${Number(id)}`;",
        'link.href = kind === "case" ? `case?case=${Number(id)}` : `order-desk?order=${Number(id)}`;',
        'else link.href = kind === "case" ? `case?case=${Number(id)}` : `order-desk?order=${Number(id)}`;',
        'if (kind === "customer") link.href = `customer?customer=${Number(id)}`;',
    }
    assert links <= ours, "a link leads to a phone, a mail, a customer, a case or an order"


def test_escaped_text_is_read_back_as_it_was_typed() -> None:
    every = "".join(chr(c) for c in range(0x21, 0x7F))
    assert re.sub(r"\\(.)", r"\1", md(every)).replace("\u2060", "") == every
    assert all(md(ch).startswith("\\") for ch in every if not ch.isalnum())
    assert md("# two\n\n* lines\r\n    code") == r"\# two \* lines code"


def failing_page() -> None:
    from pages._ui.feedback import neutral_line  # noqa: PLC0415 - this body runs as a script of its own

    neutral_line(RuntimeError("SELECT password FROM person; /srv/rapport/services/orders.py"))


def test_an_error_shows_a_reference_and_the_log_has_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    [alert] = AppTest.from_function(failing_page).run().error
    [reference] = re.findall(r"`([0-9a-f]{8})`", alert.value)
    assert not re.search(r"SELECT|password|/srv|RuntimeError|orders", alert.value)
    assert reference in caplog.text
    assert "SELECT password" in caplog.text


def calls(path: Path) -> list[ast.Call]:
    return [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]


def test_caches_are_in_one_file_and_belong_to_nobody() -> None:
    for path in [*PAGES, *(ROOT / "services").rglob("*.py"), *(ROOT / "api").rglob("*.py")]:
        source = path.read_text("utf-8")
        if path.relative_to(ROOT).as_posix() != "pages/_ui/cached.py":
            assert "cache_data" not in source, path
            assert "cache_resource" not in source, path
    for node in ast.walk(ast.parse((ROOT / "pages" / "_ui" / "cached.py").read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            names = {a.arg for a in node.args.args}
            assert not names & {"actor", "who", "person", "customer", "w"}, f"{node.name} is cached for everybody"


def is_safe(node: ast.expr, named: dict[str, list[ast.expr]]) -> bool:
    """A sentence of ours, with what is filled in escaped. `named` are the values that names of the file are given."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id in named and all(is_safe(value, named) for value in named[node.id])
    if isinstance(node, ast.IfExp):
        return is_safe(node.body, named) and is_safe(node.orelse, named)
    if isinstance(node, ast.JoinedStr):
        return all(is_safe(v.value, named) for v in node.values if isinstance(v, ast.FormattedValue))
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return node.func.id in {"_", "ngettext", "md", "price", "when", "day", "number", "_not_in"}
        filled = [*node.args, *(k.value for k in node.keywords)]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return is_safe(node.func.value, named) and all(is_safe(f, named) or is_ours(f) for f in filled)
    return False


def is_ours(node: ast.expr) -> bool:
    name = ast.unparse(node)
    if name in ("chosen.title", "line.left"):
        return True  # of our own list of pages; a number
    return name.startswith(("len(", "number(", "text.number(")) or name.rpartition(".")[2].isupper()


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_alerts_and_toasts_say_our_sentences_with_what_is_filled_in_escaped(path: Path) -> None:
    if path.name == "feedback.py":
        return  # the one place that takes sentences from outside; it is tested above and escapes them itself
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for call in calls(path):
        told = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "st"
        if told and call.func.attr in {"error", "warning", "info", "success", "toast"}:  # type: ignore[attr-defined]  # `told` says that it is an attribute
            assert is_safe(call.args[0], named), f"{path}:{call.lineno}: {ast.unparse(call)}"
