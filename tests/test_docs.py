"""Documentation is tested: settings, commands, targets, sentences to translate."""

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from docs.generated import documents, settings_table

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_readme_documents_every_setting() -> None:
    assert settings_table() in README


def test_generated_tables_are_current() -> None:
    for path, text in documents().items():
        assert path.read_text("utf-8") == text, f"{path.name} is out of date: python -m docs.generated"


@pytest.mark.parametrize("command", sorted(set(re.findall(r"python cli\.py ([a-z-]+(?: add)?)", README))))
def test_every_command_of_the_readme_exists(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "cli.py", *command.split(), "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z-]+)", README + (ROOT / ".ci/run").read_text()))))
def test_every_target_that_is_named_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", *sorted(p.name for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    path = ROOT / document if (ROOT / document).is_file() else ROOT / "docs" / document
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / link).exists(), f"{document} points to {link}"


def test_all_visible_sentences_are_collected_for_translation(tmp_path: Path) -> None:
    made = tmp_path / "rapport.pot"
    recipe = re.search(r"^messages:.*\n\t\$\(BIN\)/pybabel (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe
    words = [str(made) if w == "locale/rapport.pot" else w for w in shlex.split(recipe[1])]
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *words], cwd=ROOT, check=True)
    assert made.read_text("utf-8") == (ROOT / "locale" / "rapport.pot").read_text("utf-8"), "run `make messages`"


def test_no_sentence_of_a_page_or_service_is_left_out_of_the_catalogue() -> None:
    with (ROOT / "locale" / "rapport.pot").open("rb") as lines:
        collected = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(lines)}
    written = {
        call.args[0].value
        for folder in ("pages", "services", "api")
        for path in (ROOT / folder).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
        if isinstance(call.args[0], ast.Constant)
    }
    assert len(written) > 1000
    assert written <= collected


def test_every_test_that_the_security_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8")))
    written = {n for p in (ROOT / "tests").rglob("*.py") for n in re.findall(r"^def (test_\w+)", p.read_text(), re.M)}
    assert named
    assert named <= written
