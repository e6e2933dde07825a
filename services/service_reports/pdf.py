"""A service report as PDF, printed from the row, which never changes."""

from services import access
from services.documents.content import addressed, issuer
from services.search import customer_number
from services.service_reports.reading import Report, one
from services.text import _, local_date, number
from services.work import UTC, Work


def file_name(report: Report) -> str:
    """What the file is called when it is downloaded."""
    return f"{report.number}.pdf"


def rendered(w: Work, report_id: int) -> bytes:
    """The report for whoever may see it, in the reader's language. Raises NotFound."""
    # The printing library costs memory that only those processes should pay that print.
    from services.documents.sheet import FONT, LINE, Sheet, printable  # noqa: PLC0415

    report = one(w, report_id)
    title = _("Service report {number}").format(number=report.number)
    sheet = Sheet(issuer(w), made_at=report.written_at, language=w.actor.language, title=title)
    sheet.set_y(45)
    for line in addressed(w, access.customer(w, report.customer_id).id, {}, billing=False):
        sheet.multi_cell(0, LINE, printable(line), align="L", new_x="LMARGIN", new_y="NEXT")
    sheet.set_y(max(sheet.get_y() + 8, 82))
    sheet.set_font(FONT, "B", 15)
    sheet.cell(0, 10, printable(title), new_x="LMARGIN", new_y="NEXT")
    sheet.set_font(FONT, "", 9.5)
    for name, value in _facts(report):
        sheet.say(name, 38, bold=True, end=False)
        sheet.set_font(FONT, "", 9.5)
        sheet.multi_cell(0, LINE, printable(value), new_x="LMARGIN", new_y="NEXT")
    for heading, text in ((_("What was done"), report.what), (_("Next step"), report.next_step)):
        if text:
            sheet.ln(3)
            sheet.say(heading, bold=True)
            sheet.set_font(FONT, "", 9.5)
            for paragraph in text.split("\n"):
                sheet.multi_cell(0, LINE, printable(paragraph) or " ", new_x="LMARGIN", new_y="NEXT")
    return bytes(sheet.output())


def _facts(report: Report) -> list[tuple[str, str]]:
    facts = [
        (_("About"), report.subject),
        (_("Customer"), customer_number(report.customer_id)),
        (_("Done on"), local_date(report.done_on, UTC)),
        (_("Who"), report.who),
        (_("Duration"), _("{n} minutes").format(n=number(report.minutes)) if report.minutes is not None else ""),
        (_("Parts"), ", ".join(f"{pieces} × {name}" for name, pieces in report.parts)),
    ]
    return [(name, value) for name, value in facts if value]
