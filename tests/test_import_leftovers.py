"""Files of imports hold what customers' rows hold: they go when nobody needs them, and with who is erased."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from db.models import Customer, ImportRun, ImportState, Role
from services import erasure
from services.errors import Conflict
from services.exchange import imports, leftovers
from services.settings import settings
from services.work import SYSTEM, Actor, Work, work
from tests import make
from tests.import_tables import folder, one_of_everything

WorkAs = Callable[[Actor], Work]
pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "var")
    return tmp_path / "var" / "imports"


def uploaded(uploads: Path, name: str, source: str = "shop") -> ImportRun:
    """An import of uploaded files, with one row that cannot be taken."""
    tables = one_of_everything()
    tables["customers"].append({"customer_id": "", "name": "Zephyrine Quill"})
    files = folder(uploads / f"upload-{name}", tables)
    with work(SYSTEM) as w:
        return imports.queue(w, files, source)


def swept() -> int:
    with work(SYSTEM) as w:
        return leftovers.sweep(w)


def again(session: Session, run: ImportRun) -> ImportRun:
    session.expire_all()
    return session.get_one(ImportRun, run.id)


def test_an_upload_goes_once_it_is_taken_and_the_rows_left_out_after_a_while(uploads: Path, session: Session) -> None:
    run = uploaded(uploads, "one")
    assert swept() == 0, "it is still to be taken"
    run = imports.run_queued(run.id)
    left_out = Path(str(run.rejects_file))
    assert "Zephyrine" in left_out.read_text("utf-8") + "".join(f.read_text() for f in Path(run.folder).glob("*.csv"))
    assert swept() == 1
    assert (Path(run.folder).exists(), left_out.exists()) == (False, True)
    old = again(session, run)
    old.created_at -= leftovers.KEPT + timedelta(days=1)
    session.add(old)
    session.commit()
    assert swept() == 1
    assert not left_out.exists()
    assert swept() == 0


def test_what_failed_can_be_started_again_and_what_nobody_asked_for_goes(uploads: Path, session: Session) -> None:
    run = again(session, uploaded(uploads, "failed"))
    run.state = ImportState.FAILED
    session.add(run)
    session.commit()
    forgotten, other = folder(uploads / "upload-forgotten", one_of_everything()), uploads / "kept by hand"
    other.mkdir()
    assert swept() == 0, "somebody may be about to ask for it"
    yesterday = (make.NOON - timedelta(days=2)).timestamp()
    os.utime(forgotten, (yesterday, yesterday))
    os.utime(other, (yesterday, yesterday))
    assert swept() == 1
    assert (Path(run.folder).exists(), forgotten.exists(), other.exists()) == (True, False, True)


def test_the_files_of_imports_from_the_customers_source_go_with_the_customer(
    uploads: Path, session: Session, work_as: WorkAs
) -> None:
    elsewhere = imports.run_queued(uploaded(uploads, "elsewhere", source="fair").id)
    done, waiting = imports.run_queued(uploaded(uploads, "done").id), uploaded(uploads, "waiting")
    customer = session.exec(select(Customer).where(Customer.source == "shop")).first()
    assert customer is not None
    with work(make.actor(session, Role.CUSTOMER, of=customer)) as w:
        wish = erasure.ask(w)
    manager = make.actor(session, Role.MANAGER)
    session.commit()
    busy = rf"Import {waiting.id} from “shop” is under way"
    with pytest.raises(Conflict, match=busy), work(manager) as w:
        erasure.approve(w, wish.id)
    failed = again(session, waiting)
    failed.state = ImportState.FAILED
    session.add(failed)
    session.commit()
    with work(manager) as w:
        erasure.approve(w, wish.id)
    kept = {Path(str(elsewhere.rejects_file)).name, Path(elsewhere.folder).name}
    assert {p.name for p in uploads.iterdir()} == kept, "those of another source"
    assert again(session, done).rejects_file is None
    assert "upload them again" in again(session, failed).error
