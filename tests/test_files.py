"""Files: judged by what is in them, kept with what they belong to, given only to those whose they are."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from sqlmodel import Session, col, func, select

from db.models import AuditEntry, Case, FileContent, Message, Role, StoredFile
from db.models.contact import Channel, Direction, Interaction
from services import files
from services.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from services.files import Thing, checking, keeping
from services.work import VISITOR, Actor, Work
from tests import make
from tests.make import NOON

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(
    kind: str = "PNG", size: tuple[int, int] = (40, 30), *, exif: Image.Exif | None = None, mode: str = "RGB"
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "teal").save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        ("kind", "shown", "content_type"),
        [("PNG", "a.png", "image/png"), ("JPEG", "a.jpg", "image/jpeg"), ("WEBP", "a.webp", "image/webp")],
    )
    def test_a_picture_is_known_by_its_bytes_whatever_it_is_called(
        self, kind: str, shown: str, content_type: str
    ) -> None:
        new = files.checked("a.exe", picture(kind))
        assert (new.name, new.content_type, new.width, new.height) == (shown, content_type, 40, 30)
        assert opened(new.content).format == kind
        assert opened(new.thumbnail or b"").format == "WEBP"

    def test_a_pdf_and_a_text_are_taken_as_they_are(self) -> None:
        assert files.checked("Invoice.PDF", PDF).content == PDF
        text = files.checked("notes.md", "Zwölf Kännchen\n".encode())
        assert (text.name, text.content_type, text.content) == ("notes.txt", "text/plain", "Zwölf Kännchen\n".encode())

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>",
            b"<?xml version='1.0'?><x/>",
            b"MZ\x90\x00 a program",
            b"PK\x03\x04 an archive",
            b"GIF89a" + b"\x00" * 30,
            b"RIFF\x00\x00\x00\x00WAVEfmt ",
            "text in another encoding ä".encode("utf-16"),
            b"\x1b[2J a text for a terminal",
            b"   \n",
            b"",
        ],
        ids=["svg", "html", "xml", "exe", "zip", "gif", "wave", "utf-16", "escape", "blank", "empty"],
    )
    def test_what_a_browser_or_a_machine_would_run_is_refused_under_any_name(self, content: bytes) -> None:
        for name in ("photo.png", "letter.pdf", "notes.txt"):
            with pytest.raises(Invalid):
                files.checked(name, content)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_what_is_hidden_behind_a_picture_does_not_survive(self, kind: str) -> None:
        new = files.checked("a.png", picture(kind) + b"PK\x03\x04<script>alert('both')</script>")
        assert b"script" not in new.content

    def test_where_a_photo_was_taken_is_not_kept_and_it_stands_upright(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # lies on its side
        exif[0x010E] = "my garden"
        exif.get_ifd(0x8825)[1] = "N"
        sent = picture("JPEG", (40, 30), exif=exif)
        assert b"my garden" in sent
        new = files.checked("a.jpg", sent)
        assert (new.width, new.height) == (30, 40)
        assert b"my garden" not in new.content
        assert not opened(new.content).getexif()

    def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def chunk(kind: bytes, body: bytes) -> bytes:
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10**6))
        monkeypatch.setattr(Image.Image, "load", lambda _self: pytest.fail("decoded"))
        with pytest.raises(Invalid):
            files.checked("a.png", bomb + chunk(b"IEND", b""))

    def test_a_picture_that_ends_too_early_is_refused(self) -> None:
        whole = picture("JPEG", (400, 300))
        for part in (whole[:20], whole[: len(whole) // 2]):
            with pytest.raises(Invalid, match="cannot be read"):
                files.checked("a.jpg", part)

    def test_a_huge_picture_is_made_smaller(self) -> None:
        new = files.checked("a.jpg", picture("JPEG", (5200, 2600)))
        assert (new.width, new.height) == (2560, 1280)
        assert max(opened(new.thumbnail or b"").size) == checking.THUMBNAIL_SIDE

    def test_what_shines_through_stays_so_and_odd_colours_are_read(self) -> None:
        assert opened(files.checked("a.png", picture(mode="RGBA")).content).mode == "RGBA"
        assert opened(files.checked("a.jpg", picture("JPEG", mode="CMYK")).content).mode == "RGB"

    def test_too_large_is_said_with_the_limit(self) -> None:
        with pytest.raises(Invalid, match="10 MB"):
            files.checked("a.txt", b"a" * (10 * 2**20 + 1))

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("../../etc/passwd", "passwd.txt"),
            ("C:\\Users\\ada\\letter.pdf.exe", "letter.txt"),
            ("a\r\nContent-Type: text/html\r\n\r\n.txt", "html.txt"),
            ("evil\u202etxt.exe", "eviltxt.txt"),
            ("\x00", "file.txt"),
            (".htaccess", "htaccess.txt"),
            ('<img src=x onerror="a">.txt', "img src=x onerror=a.txt"),
            ("x" * 400 + ".txt", "x" * 120 + ".txt"),
            ("Rechnung März 2026.txt", "Rechnung März 2026.txt"),
        ],
    )
    def test_a_name_is_only_a_name(self, name: str, shown: str) -> None:
        assert files.checked(name, b"words").name.replace("\\", "") == shown

    def test_only_a_pdf_can_be_made_by_rapport(self) -> None:
        assert files.made("Invoice 7", PDF).name == "Invoice 7.pdf"
        with pytest.raises(ValueError, match="not a PDF"):
            files.made("Invoice 7", b"<html>")


@pytest.fixture
def note() -> files.NewFile:
    return files.checked("note.txt", b"the lid is broken")


@pytest.fixture
def ada(session: Session) -> Actor:
    return make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com"))


@pytest.fixture
def case_id(session: Session, ada: Actor) -> int:
    row = Case(customer_id=ada.customer_id or 0, subject="Kettle leaks", opened_at=NOON)
    session.add(row)
    session.flush()
    return row.id


WorkAs = Callable[[Actor], Work]


@pytest.mark.parametrize(
    ("kind", "mode", "made"), [("WEBP", "RGB", "JPEG"), ("JPEG", "RGB", "JPEG"), ("PNG", "RGBA", "PNG")]
)
def test_a_page_gets_a_picture_in_the_size_of_its_place_and_has_nothing_to_write_anew(
    kind: str, mode: str, made: str
) -> None:
    large = opened(files.fitted(picture(kind, (900, 600), mode=mode), 320))
    assert (large.size, large.format, large.mode) == ((320, 213), made, mode)
    small = opened(files.fitted(picture(kind, (90, 60), mode=mode), 320))
    assert (small.size, small.format) == ((90, 60), made)


def test_what_a_customer_adds_to_a_case_both_sides_see(
    work_as: WorkAs, session: Session, ada: Actor, case_id: int, note: files.NewFile
) -> None:
    kept = files.keep(work_as(ada), note, Thing.CASE, case_id)
    staff = make.actor(session)
    for who in (ada, staff):
        [seen] = files.of(work_as(who), Thing.CASE, case_id)
        assert (seen.name, seen.size, seen.added_by, seen.added_at) == ("note.txt", 17, "Ada Lovelace", NOON)
        assert files.content(work_as(who), kept.id)[1] == b"the lid is broken"
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "files.keep")).one()
    assert (entry.entity, entry.customer_id) == ("customer", ada.customer_id)


def test_somebody_elses_file_is_no_file(
    work_as: WorkAs, session: Session, ada: Actor, case_id: int, note: files.NewFile
) -> None:
    kept = files.keep(work_as(ada), note, Thing.CASE, case_id)
    eve = make.actor(session, Role.CUSTOMER, of=make.customer(session, "Eve"))
    unlinked = make.actor(session, Role.CUSTOMER)
    for who in (eve, unlinked, VISITOR):
        for act in (
            lambda w: files.content(w, kept.id),
            lambda w: files.remove(w, kept.id),
            lambda w: files.keep(w, note, Thing.CASE, case_id),
        ):
            with pytest.raises((NotFound, NotAllowed)):
                act(work_as(who))
    assert files.of(work_as(eve), Thing.CASE, case_id) == []
    assert files.thumbnails(work_as(eve), [kept.id]) == {}


def test_a_file_of_the_team_is_seen_by_the_customer_only_where_it_is_marked(
    work_as: WorkAs, session: Session, ada: Actor, case_id: int, note: files.NewFile
) -> None:
    w = work_as(make.actor(session))
    kept = files.keep(w, note, Thing.CASE, case_id)
    assert files.of(work_as(ada), Thing.CASE, case_id) == []
    with pytest.raises(NotFound):
        files.content(work_as(ada), kept.id)
    files.show(w, kept.id, visible=True)
    [seen] = files.of(work_as(ada), Thing.CASE, case_id)
    assert seen.added_by == "", "who works here is no matter of the customer's"
    files.show(w, kept.id, visible=False)
    assert files.of(work_as(ada), Thing.CASE, case_id) == []


def test_files_of_a_product_are_for_everybody_who_has_signed_in(work_as: WorkAs, session: Session, ada: Actor) -> None:
    product = make.product(session)
    shown = files.checked("front.png", picture())
    kept = files.keep(work_as(make.actor(session)), shown, Thing.PRODUCT, product.id, caption="From the front")
    assert files.pictures_of(work_as(ada), [product.id]) == {product.id: kept.id}
    assert opened(files.thumbnails(work_as(ada), [kept.id])[kept.id]).format == "WEBP"
    assert files.content(work_as(ada), kept.id)[0].caption == "From the front"
    with pytest.raises(NotFound):
        files.content(work_as(VISITOR), kept.id)
    with pytest.raises(NotAllowed):
        files.keep(work_as(ada), shown, Thing.PRODUCT, product.id)


def test_a_customer_reaches_no_internal_contact_and_no_strangers_message(
    work_as: WorkAs, session: Session, ada: Actor, note: files.NewFile
) -> None:
    own = Message(customer_id=ada.customer_id or 0, direction=Direction.IN, body="see photo", sent_at=NOON)
    other = Message(customer_id=make.customer(session, "Eve").id, direction=Direction.IN, body="x", sent_at=NOON)
    call = Interaction(customer_id=ada.customer_id, channel=Channel.PHONE, happened_at=NOON, logged_at=NOON)
    session.add_all([own, other, call])
    session.flush()
    kept = files.keep(work_as(ada), note, Thing.MESSAGE, own.id)
    assert [f.id for f in files.of_each(work_as(ada), Thing.MESSAGE, [own.id, other.id])[own.id]] == [kept.id]
    for thing, number in ((Thing.MESSAGE, other.id), (Thing.CONTACT, call.id), (Thing.CUSTOMER, other.customer_id)):
        with pytest.raises((NotFound, NotAllowed)):
            files.keep(work_as(ada), note, thing, number)


def test_the_same_file_twice_is_one_and_only_so_many_fit(
    work_as: WorkAs, session: Session, ada: Actor, case_id: int
) -> None:
    w = work_as(ada)
    first = files.keep(w, files.checked("0.txt", b"0"), Thing.CASE, case_id)
    assert files.keep(w, files.checked("again.txt", b"0"), Thing.CASE, case_id).id == first.id
    for n in range(1, files.MOST_OF_ONE):
        files.keep(w, files.checked("n.txt", str(n).encode()), Thing.CASE, case_id)
    with pytest.raises(Conflict, match="30 files"):
        files.keep(w, files.checked("n.txt", b"one more"), Thing.CASE, case_id)
    assert session.exec(select(func.count(col(StoredFile.id)))).one() == files.MOST_OF_ONE


def test_a_customer_cannot_fill_the_disk_within_a_day(
    work_as: WorkAs, ada: Actor, case_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_A_DAY", 25)
    files.keep(work_as(ada), files.checked("a.txt", b"a" * 20), Thing.CASE, case_id)
    with pytest.raises(TooMany):
        files.keep(work_as(ada), files.checked("b.txt", b"b" * 20), Thing.CASE, case_id)


def test_a_removed_file_is_gone_with_its_bytes_and_customers_remove_only_their_own(
    work_as: WorkAs, session: Session, ada: Actor, case_id: int, note: files.NewFile
) -> None:
    staff = make.actor(session)
    theirs = files.keep(work_as(staff), note, Thing.CASE, case_id, visible=True)
    own = files.keep(work_as(ada), files.checked("b.txt", b"mine"), Thing.CASE, case_id)
    with pytest.raises(NotAllowed):
        files.remove(work_as(ada), theirs.id)
    files.remove(work_as(ada), own.id)
    files.remove(work_as(staff), theirs.id)
    assert session.exec(select(StoredFile)).all() == []
    assert session.exec(select(FileContent)).all() == []


def test_files_go_with_the_product_they_belong_to(work_as: WorkAs, session: Session) -> None:
    product = make.product(session)
    files.keep(work_as(make.actor(session)), files.checked("a.png", picture()), Thing.PRODUCT, product.id)
    session.expunge_all()
    session.delete(session.get_one(type(product), product.id))
    session.flush()
    assert session.exec(select(FileContent)).all() == []
