"""Deciding by its bytes what a file is, and making it harmless. The name and the browser's word count for nothing.

Pictures are decoded and written anew: what a camera notes beside the picture (place, time, owner), what somebody hid
behind it and what is broken in it do not survive. Anything that a browser would run (HTML, SVG, scripts) is refused.
"""

import hashlib
import io
import re
import threading
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import PurePosixPath

from PIL import Image, ImageOps, UnidentifiedImageError

from services import inputs
from services.errors import Invalid
from services.settings import settings
from services.text import _

#: More than any camera of today makes in one picture; a file that claims more is refused before it is decoded.
LARGEST_PIXELS = 50_000_000
#: Larger pictures are made smaller: enough to fill a screen.
LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 320
LONGEST_NAME = 120
#: The form in which each kind is kept: content type and the ending of the shown name.
PICTURES = {"PNG": ("image/png", "png"), "JPEG": ("image/jpeg", "jpg"), "WEBP": ("image/webp", "webp")}
_STARTS = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff", "WEBP": b"RIFF"}
_PDF_END = re.compile(rb"%%EOF\s*\x00*$")
#: How a text begins that a browser might take for a page, a picture with scripts, or a feed.
_MARKUP = re.compile(r"\s*<\s*[!?a-z/]", re.IGNORECASE)
# Decoding takes up to some 200 MB each; more than two at once are not needed.
_DECODING = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class NewFile:
    """A file that may be kept. Only `checked` and `made` make one."""

    name: str
    content_type: str
    content: bytes
    sha256: str
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None


def largest_mb() -> int:
    """How large a file may be, in MiB."""
    return settings().attachment_mb


def checked(name: str, content: bytes) -> NewFile:
    """The file as it may be kept: PNG, JPEG, WebP, PDF or plain text. Raises Invalid, with what to do instead.

    Call it before the unit of work: decoding a large picture takes a second, in which no other writer should wait.
    """
    shown = cleaned(name)
    if not content:
        raise Invalid(shown, _("this file is empty"))
    if len(content) > largest_mb() * 2**20:
        raise Invalid(
            shown, _("this file is larger than {most} MB; please send a smaller one").format(most=largest_mb())
        )
    for kind, start in _STARTS.items():
        if content.startswith(start) and (kind != "WEBP" or content[8:12] == b"WEBP"):
            return _picture(shown, kind, content)
    if content.startswith(b"%PDF-"):
        if not _PDF_END.search(content[-1024:]):
            raise Invalid(shown, _("this PDF is damaged or not complete; please save it anew and try again"))
        return _new(shown, "application/pdf", "pdf", content)
    return _text(shown, content)


def made(name: str, content: bytes) -> NewFile:
    """A PDF that Rapport itself has made. Raises ValueError for anything else."""
    if not content.startswith(b"%PDF-"):
        raise ValueError("not a PDF")
    return _new(cleaned(name), "application/pdf", "pdf", content)


def cleaned(name: str) -> str:
    """What a file may be called where it is shown: no folders, no control or direction characters, not endless."""
    last = PurePosixPath(str(name)[-1000:].replace("\\", "/")).name
    plain = "".join(" " if unicodedata.category(c) in ("Zs", "Zl", "Zp") else c for c in last)
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C" and c not in '<>:"/\\|?*')
    return inputs.line(plain.strip(". ")[:LONGEST_NAME], _("File name"), LONGEST_NAME, required=False) or _("file")


def _new(name: str, content_type: str, ending: str, content: bytes, **more: object) -> NewFile:
    """The ending of the name says what is in the file, whatever it said before."""
    stem = name
    while (parts := stem.rpartition("."))[0] and re.fullmatch(r"[A-Za-z0-9]{1,5}", parts[2]):
        stem = parts[0].rstrip(". ")
    return NewFile(
        name=f"{stem or _('file')}.{ending}",
        content_type=content_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        **more,  # type: ignore[arg-type]  # width, height and thumbnail, from _picture alone
    )


def _picture(name: str, kind: str, content: bytes) -> NewFile:
    """Decoded, turned upright, made smaller where it is huge, and written anew without anything beside the picture."""
    damaged = Invalid(name, _("this picture cannot be read; please save it anew as PNG or JPEG and try again"))
    try:
        with _DECODING, warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=[kind]) as opened:
            warnings.simplefilter("ignore")  # of odd notes beside the picture, which are thrown away
            if opened.width * opened.height > LARGEST_PIXELS:
                raise Invalid(name, _("this picture has too many pixels; please send a smaller one"))
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened)
            plain = upright.convert("RGBA" if kind != "JPEG" and upright.has_transparency_data else "RGB")
            plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            # Only the pixels go on: a fresh picture carries no notes of any kind.
            bare = Image.new(plain.mode, plain.size)
            bare.paste(plain)
            whole = _written(bare, kind)
            bare.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            small = _written(bare, "WEBP")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise damaged from error
    content_type, ending = PICTURES[kind]
    return _new(name, content_type, ending, whole, width=plain.width, height=plain.height, thumbnail=small)


def _written(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    how = {"PNG": {"compress_level": 6}, "JPEG": {"quality": 88}, "WEBP": {"quality": 82, "method": 2}}
    picture.save(out, kind, **how[kind])
    return out.getvalue()


def _text(name: str, content: bytes) -> NewFile:
    refused = Invalid(name, _("only pictures (PNG, JPEG, WebP), PDF and plain text are taken"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused from error
    strange = any(unicodedata.category(c) == "Cc" and c not in "\n\r\t\f" for c in text)
    if strange or not text.strip() or _MARKUP.match(text):
        raise refused
    return _new(name, "text/plain", "txt", text.encode())
