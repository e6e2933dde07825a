"""What the demonstration's products have beside their rows: pictures, a manual, a warranty, planned prices."""

import io
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from db.models import Product
from services import audit, clock, prices
from services.files import Thing, checked, keep

WARRANTY_MONTHS = {"Coffee machines": 24, "Grinders": 24}
DRAWN = ("Coffee machines", "Grinders", "Coffee")
MANUALS = ("MA-A10", "MA-E10", "MA-F10")
PLANNED = (("CO-101", 1.04, 12), ("MA-A20", 0.95, 20))  # sku, factor, days from now
BACK, DARK, STEEL, BEAN, GREEN = "#f2efe9", "#3b3a38", "#b9bec2", "#6b3f23", "#12766b"
SIDE = 320


def products(a: Any) -> int:
    """All of it; how many things were added."""
    w = a.w
    statement = select(Product).where(col(Product.import_run_id) == a.run_id, col(Product.category).in_(DRAWN))
    found = {p.sku: p for p in w.session.execute(statement.order_by(col(Product.id))).scalars()}
    n = 0
    for number, (sku, product) in enumerate(found.items()):
        months = WARRANTY_MONTHS.get(product.category or "")
        product.warranty_months = months
        picture = checked(f"{sku}.png", _picture(product.category or "", number))
        keep(w, picture, Thing.PRODUCT, product.id, caption=product.name or "", visible=True, by="Rapport")
        n += 1 + (months is not None)
        if sku in MANUALS:
            manual = checked(f"{sku}.pdf", _manual(product.name or "", months))
            keep(w, manual, Thing.PRODUCT, product.id, caption="Manual", visible=True, by="Rapport")
            n += 1
    w.session.flush()
    audit.record(w, "demo.add", "product", after={"pictures and documents": n})
    return n + _planned(a, found)


def _planned(a: Any, found: dict[str | None, Product]) -> int:
    today = clock.day_of(a.w.now, a.zone)
    for sku, factor, days in PLANNED:
        product = found[sku]
        begins, _end = clock.day_bounds(today + timedelta(days=days), a.zone)
        prices.plan(a.w, product.id, round((product.list_price_cents or 0) * factor), begins)
    return len(PLANNED)


def _picture(category: str, number: int) -> bytes:
    """A plain drawing: a machine, a grinder or a bag. `number` varies it a little."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - only whoever loads the demonstration draws

    image = Image.new("RGB", (SIDE, SIDE), BACK)
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 270, 260, 295), fill="#dcd7cd")
    body = (DARK, STEEL, GREEN)[number % 3]
    if category == "Coffee machines":
        draw.rounded_rectangle((80, 60, 240, 280), 18, fill=body)
        draw.rounded_rectangle((100, 140, 220, 250), 8, fill=BACK)
        draw.rectangle((150, 140, 170, 165), fill=DARK)
        draw.rounded_rectangle((140, 205, 180, 245), 6, fill="white", outline=DARK, width=3)
        draw.ellipse((100, 85, 120, 105), fill=BACK)
    elif category == "Grinders":
        draw.polygon([(110, 50), (210, 50), (185, 130), (135, 130)], fill="#cfd8dc", outline=DARK)
        draw.rounded_rectangle((125, 130, 195, 280), 12, fill=body)
        draw.ellipse((140, 60, 180, 120), fill=BEAN)
    else:
        bag = (BEAN, GREEN, DARK)[number % 3]
        draw.polygon([(95, 90), (225, 90), (240, 280), (80, 280)], fill=bag)
        draw.rectangle((95, 65, 225, 90), fill=STEEL)
        draw.ellipse((125, 150, 195, 230), fill=BACK)
        draw.arc((145, 155, 175, 225), 90, 270, fill=BEAN, width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _manual(name: str, months: int | None) -> bytes:
    """One page that is told apart from a real manual by nothing but its length."""
    from fpdf import FPDF  # noqa: PLC0415 - as above, half a second

    page = FPDF()
    page.add_page()
    page.set_font("Helvetica", "B", 18)
    page.cell(0, 12, name.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", "", 11)
    page.multi_cell(
        0,
        6,
        "Before the first cup: rinse the tank, fill in fresh water, and let two cups run through without coffee.\n\n"
        "Every week: rinse the brew group under running water. Every eight weeks, or when the display says so: descale "
        "with the care set. Use the water filter that fits the machine.\n\n"
        f"Warranty: {months or 0} months from the day of delivery.",
    )
    return bytes(page.output())


def torn_bag() -> bytes:
    """What a customer took a picture of."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - as above

    image = Image.open(io.BytesIO(_picture("Coffee", 0)))
    draw = ImageDraw.Draw(image)
    draw.line([(105, 255), (135, 225), (128, 200), (160, 180), (150, 150)], fill=BACK, width=7)
    for x, y in ((120, 290), (150, 300), (185, 296), (210, 305), (95, 303)):
        draw.ellipse((x, y, x + 13, y + 9), fill=BEAN)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
