"""The rules of the house, read from the tree itself: imports point down, files stay small, pages guard themselves."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("db", "services", "pages", "api")
FILES = sorted(ROOT.glob("*.py")) + sorted(
    p
    for layer in (*LAYERS, "tests", "benchmarks")
    for p in (ROOT / layer).rglob("*.py")
    if "versions" not in p.parts and "__pycache__" not in p.parts
)
OURS = {"db", "services", "pages", "api", "app", "cli", "tests", "benchmarks"}
#: Which of our own packages, and which outside ones that matter, a layer may not import.
FORBIDDEN = {
    "db": {"services", "pages", "api", "app", "cli", "streamlit", "fastapi", "starlette"},
    "services": {"pages", "api", "app", "cli", "streamlit", "fastapi", "starlette"},
    "pages": {"api", "app", "cli", "sqlalchemy", "db.engine", "db.schema", "db.search_index", "db.demo"},
    "api": {"pages", "app", "cli", "streamlit", "db.engine"},
}
ANALYTICS_MAY = {
    "numpy",
    "pandas",
    "scipy",
    "sklearn",
    "services.analytics",
    "enum",
    "math",
    "dataclasses",
    "typing",
    "datetime",
}
MOST_LINES_IN_FUNCTION, MOST_LINES_IN_PAGE, MOST_LINES_IN_FILE = 40, 120, 300
#: Pages that a stranger may open; every other page begins with `require`.
PUBLIC = ROOT / "pages" / "public"


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(path: Path) -> set[str]:
    """Every module the file imports, absolute, with and without the imported name."""
    names: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_name(path)}: relative import"
            names |= {str(node.module), *(f"{node.module}.{a.name}" for a in node.names)}
    return names


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("path", [p for p in FILES if p.parts[len(ROOT.parts)] in LAYERS], ids=_name)
def test_imports_point_downward(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    wrong = {n for n in imported(path) for f in FORBIDDEN[layer] if _within(n, f)}
    if _name(path) == "services/demo.py":  # the one service that asks db/demo for the company it loads
        wrong = {n for n in wrong if not _within(n, "db.demo")}
    if _name(path) == "api/gate.py":  # reads the frames of Streamlit's socket, nothing else of Streamlit
        wrong = {n for n in wrong if not _within(n, "streamlit.proto")}
    assert not wrong, f"{_name(path)} imports {sorted(wrong)}"


def test_analytics_are_pure() -> None:
    for path in sorted((ROOT / "services" / "analytics").rglob("*.py")):
        wrong = {n for n in imported(path) if not any(_within(n, ok) for ok in ANALYTICS_MAY | {"collections"})}
        assert not wrong, f"{_name(path)} imports {sorted(wrong)}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_files_and_functions_stay_small(path: Path) -> None:
    is_page = path.relative_to(ROOT).parts[0] == "pages" and "_ui" not in path.parts and path.name != "navigation.py"
    most = MOST_LINES_IN_PAGE if is_page else MOST_LINES_IN_FILE
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= most, f"{_name(path)} has {lines} lines, at most {most}: split it by capability"
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = node.body[0].end_lineno or 0 if ast.get_docstring(node) else node.lineno
            length = (node.end_lineno or 0) - start
            assert length <= MOST_LINES_IN_FUNCTION, f"{_name(path)}: {node.name} has {length} lines"


def _pages() -> list[Path]:
    return [p for p in (ROOT / "pages").rglob("*.py") if "_ui" not in p.parts and p.name not in ("navigation.py",)]


@pytest.mark.parametrize("path", _pages(), ids=_name)
def test_every_page_guards_itself_in_its_first_statement(path: Path) -> None:
    body = [n for n in _tree(path).body if not isinstance(n, ast.Import | ast.ImportFrom)]
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    first = body[0]
    assert isinstance(first, ast.Assign), f"{_name(path)} must begin with `actor = require(...)` or `actor = visitor()`"
    call = first.value
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Name)
    expected = {"require", "visitor"} if PUBLIC in path.parents else {"require"}
    assert call.func.id in expected, f"{_name(path)} begins with {call.func.id}"


def test_no_page_lies_directly_in_pages() -> None:
    """Streamlit would run it by its address without the navigation (security rule S1)."""
    assert [p.name for p in (ROOT / "pages").glob("*.py")] == ["navigation.py"]


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_the_clock_is_read_in_one_place(path: Path) -> None:
    if _name(path) in ("services/clock.py",) or path.relative_to(ROOT).parts[0] in ("tests", "benchmarks"):
        return
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            text = ast.unparse(node.func)
            assert text not in (
                "datetime.now",
                "datetime.utcnow",
                "date.today",
                "datetime.today",
                "pd.Timestamp.now",
            ), f"{_name(path)}:{node.lineno} reads the time; take w.now or an argument"


@pytest.mark.parametrize("path", [p for p in FILES if p.relative_to(ROOT).parts[0] == "services"], ids=_name)
def test_services_never_commit(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            pytest.fail(f"{_name(path)}:{node.lineno} commits; `work` does that at the end of the block")


#: Streamlit calls whose first argument is shown to people.
SPOKEN = {
    "title", "header", "subheader", "caption", "write", "markdown", "text", "info", "warning", "error", "success",
    "toast", "button", "form_submit_button", "text_input", "text_area", "selectbox", "number_input", "checkbox",
    "toggle", "radio", "multiselect", "metric", "page_link", "link_button", "download_button", "expander", "popover",
    "segmented_control", "pills", "date_input", "time_input", "file_uploader", "badge", "status", "spinner",
}  # fmt: skip


def _says_something(argument: ast.expr) -> bool:
    """Whether there are words in it that are not translated; icons and marks are none."""
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    fixed = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    return any(re.search(r"[^\W\d_]{2}", re.sub(r":[a-z]+(/\w+)?[:\[]?", "", text)) for text in fixed)


@pytest.mark.parametrize("path", [p for p in FILES if p.relative_to(ROOT).parts[0] == "pages"], ids=_name)
def test_visible_text_passes_through_gettext(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SPOKEN:
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "LOG":
                continue  # for the log, not for people
            first = [] if node.func.attr == "page_link" else node.args[:1]  # a page link begins with a path
            shown = ("help", "placeholder", "label", "alt")
            spoken = first + [k.value for k in node.keywords if k.arg in shown]
            for argument in spoken:
                assert not _says_something(argument), (
                    f"{_name(path)}:{node.lineno}: {ast.unparse(node)[:60]} is not wrapped in _()"
                )


#: Commands that read Markdown. What people typed reaches them only through `pages/_ui/show.py`.
@pytest.mark.parametrize("path", [p for p in FILES if p.relative_to(ROOT).parts[0] == "pages"], ids=_name)
def test_no_html_and_no_raw_exceptions(path: Path) -> None:
    source = path.read_text("utf-8")
    for word in ("unsafe_allow_html", "unsafe_allow_javascript", "st.html(", "st.exception(", "components.v1"):
        assert word not in source, f"{_name(path)} uses {word}"


def test_ids_from_outside_pass_through_access() -> None:
    """Pages never load rows themselves: no session of theirs, no `session.get`."""
    for path in (p for p in FILES if p.relative_to(ROOT).parts[0] == "pages"):
        assert not re.search(r"\bw\.session\b", path.read_text("utf-8")), f"{_name(path)} touches the session"
