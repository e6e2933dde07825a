"""The only way from an id that came from outside to a row. Somebody else's row answers like no row at all."""

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from db.models import (
    Case,
    Customer,
    Document,
    ImportRun,
    Interaction,
    LoginSession,
    Message,
    Order,
    Person,
    Product,
    ReportSchedule,
    Return,
    Role,
    ServiceReport,
    StandingOrder,
    StoredFile,
)
from services.errors import NotAllowed, NotFound
from services.text import _
from services.work import Work


def _own_customer_only(w: Work, customer_id: int | None) -> bool:
    """Staff reach every customer; a customer only its own; everybody else none."""
    if w.actor.is_team:
        return True
    return w.actor.role is Role.CUSTOMER and customer_id is not None and w.actor.customer_id == customer_id


def own_customer_id(w: Work) -> int:
    """The customer the signed-in person belongs to. A login without a link sees nothing."""
    w.require(Role.CUSTOMER)
    if w.actor.customer_id is None:
        raise NotAllowed(_("Your sign-in is not linked to a customer account yet."))
    return w.actor.customer_id


def own_orders(w: Work) -> int:
    """The customer whose orders the signed-in person may see. Raises NotAllowed."""
    own = own_customer_id(w)
    if not w.actor.sees_orders:
        raise NotAllowed(_("You may not see the orders here. Somebody who manages your people can allow it."))
    return own


def own_ordering(w: Work) -> int:
    """The customer for whom the signed-in person may order, cancel and send back. Raises NotAllowed."""
    own = own_customer_id(w)
    may_order(w)
    return own


def may_order(w: Work) -> None:
    """Refuses a customer's person without the right to order; staff and jobs pass."""
    if w.actor.role is Role.CUSTOMER and not w.actor.may_order:
        raise NotAllowed(_("You may not order here. Somebody who manages your people can allow it."))


def own_affairs(w: Work) -> int:
    """The customer whose addresses, numbers and name the signed-in person may change. Raises NotAllowed."""
    own = own_customer_id(w)
    if not (w.actor.may_order or w.actor.manages_people):
        raise NotAllowed(_("You may not change this here. Somebody who manages your people can allow it."))
    return own


def own_people(w: Work) -> int:
    """The customer whose people the signed-in person manages, and for whom they speak. Raises NotAllowed."""
    own = own_customer_id(w)
    if not w.actor.manages_people:
        raise NotAllowed(_("Only those who manage the people of your account can do this."))
    return own


def _own_orders_only(w: Work, customer_id: int | None) -> bool:
    return _own_customer_only(w, customer_id) and (w.actor.is_team or w.actor.sees_orders)


def own_cases(w: Work) -> ColumnElement[bool]:
    """Which cases of the own customer the person may see: all who see orders see all, else those they wrote in."""
    mine = col(Case.customer_id) == own_customer_id(w)
    if w.actor.sees_orders:
        return mine
    return mine & col(Case.id).in_(select(Message.case_id).where(Message.author_id == w.actor.person_id))


def customer(w: Work, customer_id: int) -> Customer:
    """The customer, for staff or for itself. Raises NotFound."""
    found = w.session.get(Customer, customer_id)
    if found is None or not _own_customer_only(w, found.id):
        raise NotFound(_("customer"))
    return found


def order(w: Work, order_id: int) -> Order:
    """The order, for staff or for the customer who placed it. Raises NotFound."""
    found = w.session.get(Order, order_id)
    if found is None or not _own_orders_only(w, found.customer_id):
        raise NotFound(_("order"))
    return found


def order_return(w: Work, return_id: int) -> Return:
    """The return, for staff or for the customer of its order. Raises NotFound."""
    found = w.session.get(Return, return_id)
    of = w.session.get(Order, found.order_id) if found else None
    if found is None or of is None or not _own_orders_only(w, of.customer_id):
        raise NotFound(_("return"))
    return found


def service_report(w: Work, report_id: int) -> ServiceReport:
    """The report, for staff or for its customer. Raises NotFound."""
    found = w.session.get(ServiceReport, report_id)
    if found is None or not _own_orders_only(w, found.customer_id):
        raise NotFound(_("service report"))
    return found


def standing_order(w: Work, standing_id: int) -> StandingOrder:
    """The standing order, for staff or for its customer. Raises NotFound."""
    found = w.session.get(StandingOrder, standing_id)
    if found is None or not _own_orders_only(w, found.customer_id):
        raise NotFound(_("standing order"))
    return found


def document(w: Work, document_id: int) -> Document:
    """The invoice, credit note or delivery note, for staff or for those of its customer who see the orders.

    Raises NotFound.
    """
    found = w.session.get(Document, document_id)
    if found is None or not _own_orders_only(w, found.customer_id):
        raise NotFound(_("document"))
    return found


def interaction(w: Work, interaction_id: int) -> Interaction:
    """A logged contact; staff only. Raises NotFound for everybody else."""
    found = w.session.get(Interaction, interaction_id)
    if found is None or not w.actor.is_team:
        raise NotFound(_("contact"))
    return found


def case(w: Work, case_id: int) -> Case:
    """The case, for staff or for those of its customer who may see it. Raises NotFound."""
    found = w.session.get(Case, case_id)
    if found is None or not _own_customer_only(w, found.customer_id):
        raise NotFound(_("case"))
    if not w.actor.is_team and not w.actor.sees_orders:
        wrote = select(Case.id).where(Case.id == case_id, own_cases(w))
        if w.session.exec(wrote).first() is None:
            raise NotFound(_("case"))
    return found


def product(w: Work, product_id: int) -> Product:
    """A product on the shelf; staff also reach those that are not sold any more. Raises NotFound."""
    found = w.session.get(Product, product_id)
    if found is None or not (w.actor.is_team or found.active):
        raise NotFound(_("product"))
    return found


def stored_file(w: Work, file_id: int) -> StoredFile:
    """A file: any for the team; for a customer its own that are marked visible, and those of products.

    Raises NotFound.
    """
    found = w.session.get(StoredFile, file_id)
    if found is not None and w.actor.is_team:
        return found
    if found is not None and w.actor.role is Role.CUSTOMER:
        of_product = found.product_id is not None
        mine = w.actor.sees_orders or found.added_by_id == w.actor.person_id
        if of_product or (found.visible and mine and _own_customer_only(w, found.customer_id)):
            return found
    raise NotFound(_("file"))


def person(w: Work, person_id: int) -> Person:
    """A person with a login: oneself, or anybody for an administrator. Raises NotFound."""
    found = w.session.get(Person, person_id)
    allowed = w.actor.system or w.actor.role is Role.ADMIN or w.actor.person_id == person_id
    if found is None or not allowed:
        raise NotFound(_("person"))
    return found


def login_session(w: Work, session_id: str) -> LoginSession:
    """One's own signed-in browser. Raises NotFound."""
    found = w.session.exec(
        select(LoginSession).where(LoginSession.id == session_id, LoginSession.person_id == w.actor.person_id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("session"))
    return found


def report_schedule(w: Work, schedule_id: int) -> ReportSchedule:
    """A schedule of a report, for its owner and for administrators. Raises NotFound."""
    found = w.session.get(ReportSchedule, schedule_id)
    allowed = w.actor.system or w.actor.role is Role.ADMIN
    if found is None or not (allowed or (w.actor.is_team and found.owner_id == w.actor.person_id)):
        raise NotFound(_("schedule"))
    return found


def import_run(w: Work, run_id: int) -> ImportRun:
    """An import, for administrators. Raises NotFound."""
    found = w.session.get(ImportRun, run_id)
    if found is None or not (w.actor.system or w.actor.role is Role.ADMIN):
        raise NotFound(_("import"))
    return found
