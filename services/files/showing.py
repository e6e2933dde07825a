"""Stored pictures in the size of the place where a page shows them."""

import io

from PIL import Image


def fitted(picture: bytes, width: int) -> bytes:
    """The picture, at most this wide, as JPEG or, where something shines through, as PNG.

    A page hands these two on as they are; anything else it would decode and write anew every time it is drawn.
    """
    with Image.open(io.BytesIO(picture)) as opened:
        opened.draft("RGB", (width, width))
        plain = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    if plain.width > width:
        plain = plain.resize((width, max(1, round(plain.height * width / plain.width))), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    plain.save(written, "PNG" if plain.mode == "RGBA" else "JPEG", quality=85)
    return written.getvalue()
