"""What the main part of a page shows, to compare two people's; and using what is switched off."""

from typing import Any

from sqlmodel import Session, SQLModel
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from services import my_data
from services.my_data.sections import PRIVATE

#: What runs by itself, beside what the customer or staff do: the customer's page of the team is not opened here.
BY_ITSELF = {"login_session", "throttle", "customer_view"}


def private(node: Element) -> bool:
    """A table of "My data" that is the customer's alone."""
    named = [my_data.section_name(name) for name in PRIVATE]
    return node.type == "dataframe" and any(name in str(node.proto) for name in named)


def main(at: AppTest) -> list[tuple[str, str]]:
    """What the main part shows, but for what is switched off and for addresses made anew in every run."""
    told = []
    for node in at.main:
        if isinstance(node, Element) and node.type != "bidi_component" and not private(node):
            proto: Any = type(node.proto)()
            proto.CopyFrom(node.proto)
            for field in ("disabled", "url", "deferred_file_id", "id"):
                if field in proto.DESCRIPTOR.fields_by_name:
                    proto.ClearField(field)
            told.append((node.type, str(proto)))
    return told


def forced(widget: Any) -> Any:
    """A hostile browser uses what is switched off."""
    widget.disabled = widget.proto.disabled = False
    return widget


def stored(session: Session) -> dict[str, list[Any]]:
    """Every row of every table, but for those that run by themselves."""
    session.expire_all()
    tables = [t for t in SQLModel.metadata.sorted_tables if t.name not in BY_ITSELF]
    return {t.name: sorted(map(str, session.connection().execute(t.select()))) for t in tables}
