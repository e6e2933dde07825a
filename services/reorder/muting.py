"""Products that somebody does not want to be reminded of."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, delete

from db.models import SuggestionMute
from services import access, audit
from services.work import Work

_TABLE = SQLModel.metadata.tables["suggestion_mute"]


def mute(w: Work, product_id: int) -> None:
    """No more suggestions of this product, from this moment; twice is like once. Raises NotFound."""
    own = access.own_ordering(w)
    product = access.product(w, product_id)
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[w.dialect]
    row: dict[str, int | datetime] = {"customer_id": own, "product_id": product.id, "at": w.now}
    done = w.session.connection().execute(dialect.insert(_TABLE).values(row).on_conflict_do_nothing())
    if done.rowcount:
        audit.record(w, "suggestions.mute", "product", product.id, customer_id=own)


def unmute(w: Work, product_id: int) -> None:
    """Suggest it again when it is due."""
    own = access.own_ordering(w)
    mine = col(SuggestionMute.customer_id) == own, col(SuggestionMute.product_id) == product_id
    if w.session.connection().execute(delete(SuggestionMute).where(*mine)).rowcount:
        audit.record(w, "suggestions.unmute", "product", product_id, customer_id=own)
