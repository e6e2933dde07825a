"""Which tables hold something about a customer, whose rows those are, and which columns are the customer's.

One rule for what staff write down: a contact is shown with channel, day, reason and outcome; its words only where the
customer wrote them (portal, incoming). Words of staff about a call or a visit are internal notes: they are counted, not
shown, like planned follow-ups. Purchase prices of the company and keys that mean nothing outside are left out.

Every column of every table is either named here or given a reason in `LEFT_OUT`; a test holds that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, null, or_, select
from sqlmodel import SQLModel, col

from db import models as m
from services import outbox
from services.scores.runs import FINISHED


@dataclass(frozen=True)
class Owner:
    """Who asks: a person of a customer."""

    customer_id: int
    person_id: int


@dataclass(frozen=True)
class Section:
    """Rows of one table. `columns` are given as they are, `more` under a name of their own, `without` never."""

    name: str
    model: type[SQLModel]
    owned: Callable[[Owner], ColumnElement[bool]]
    columns: str
    without: str = ""
    more: tuple[ColumnElement[Any], ...] = ()
    newest: str = "id"
    joined: tuple[Any, ColumnElement[bool]] | None = None


def _of_customer(model: Any) -> Callable[[Owner], ColumnElement[bool]]:
    return lambda who: col(model.customer_id) == who.customer_id


def _of_person(model: Any) -> Callable[[Owner], ColumnElement[bool]]:
    return lambda who: col(model.person_id) == who.person_id


def _of_orders(model: Any) -> Callable[[Owner], ColumnElement[bool]]:
    return lambda who: col(model.order_id).in_(
        select(col(m.Order.id)).where(col(m.Order.customer_id) == who.customer_id)
    )


def _of_standing(model: Any) -> Callable[[Owner], ColumnElement[bool]]:
    return lambda who: col(model.standing_order_id).in_(
        select(col(m.StandingOrder.id)).where(col(m.StandingOrder.customer_id) == who.customer_id)
    )


def _of_basket(who: Owner) -> ColumnElement[bool]:
    return col(m.BasketLine.basket_id).in_(select(col(m.Basket.id)).where(col(m.Basket.person_id) == who.person_id))


def _mailed(who: Owner) -> ColumnElement[bool]:
    """Mail to this customer, but not to another person of it."""
    return outbox.sent_to(who.customer_id, who.person_id)


def _expected_of(who: Owner) -> ColumnElement[bool]:
    """Of the run in force only: an older one, or one that is being written, says nothing any more, or not yet."""
    in_force = select(col(m.ScoringRun.id)).where(col(m.ScoringRun.state) == m.ScoringState.DONE)
    return and_(col(m.CustomerScore.customer_id) == who.customer_id, col(m.CustomerScore.run_id).in_(in_force))


def _tested_on(who: Owner) -> ColumnElement[bool]:
    """Of runs that are done; one that is being written says nothing yet."""
    done = select(col(m.ScoringRun.id)).where(col(m.ScoringRun.state).in_(FINISHED))
    return and_(col(m.BacktestMember.customer_id) == who.customer_id, col(m.BacktestMember.run_id).in_(done))


def _own_sign_ins(who: Owner) -> ColumnElement[bool]:
    trail, sign_in = m.AuditEntry, ("auth.", "second_factor.")
    named = or_(*(col(trail.action).startswith(word, autoescape=True) for word in sign_in))
    return and_(col(trail.entity) == "person", col(trail.entity_id) == str(who.person_id), named)


#: The customer's own words, as opposed to a note about the customer.
OWN_WORDS = and_(col(m.Interaction.channel) == m.Channel.PORTAL, col(m.Interaction.direction) == m.Direction.IN)
_ORDER_NUMBER: tuple[ColumnElement[Any], ...] = (col(m.Order.id).label("order_id"),)
_KEYS = "id customer_id import_run_id"

SECTIONS = (
    Section("customer", m.Customer, lambda who: col(m.Customer.id) == who.customer_id,
            "kind name company language time_zone birth_band gender segment income_band household_size "
            "acquisition_channel joined_at attributes created_at updated_at source source_id",
            "id version import_run_id account_manager_id",
            more=(col(m.StaffMember.name).label("account_manager"),),
            joined=(m.StaffMember, col(m.StaffMember.id) == col(m.Customer.account_manager_id))),
    Section("person", m.Person, lambda who: col(m.Person.id) == who.person_id,
            "email name role sees_orders may_order manages_people language time_zone confirmed_at created_at "
            "last_sign_in_at",
            "id password_hash customer_id staff_id disabled_at"),
    Section("second_factor", m.SecondFactor, _of_person(m.SecondFactor), "created_at confirmed_at",
            "person_id secret last_step recovery_codes", newest="person_id"),
    Section("addresses", m.CustomerAddress, _of_customer(m.CustomerAddress),
            "street city region postal_code country is_billing is_delivery", _KEYS),
    Section("emails", m.CustomerEmail, _of_customer(m.CustomerEmail), "email is_primary confirmed_at", _KEYS),
    Section("phones", m.CustomerPhone, _of_customer(m.CustomerPhone), "e164 as_written is_primary", _KEYS),
    Section("change_requests", m.ChangeRequest, _of_customer(m.ChangeRequest),
            "field old new state asked_at decided_at answer", _KEYS + " person_id change decided_by_id"),
    Section("erasures", m.Erasure, _of_customer(m.Erasure),
            "wish state asked_at decided_at answer kept_until", _KEYS + " decided_by_id counts"),
    Section("consents", m.Consent, _of_customer(m.Consent), "purpose granted at how", _KEYS),
    Section("orders", m.Order, _of_customer(m.Order),
            "ordered_at status source_status channel store_id lines_cents discount_cents shipping_cents total_cents "
            "tax_cents shipping_tax_bp shipping_tax_cents voucher_code requested_on "
            "payment_method delivery_address note promised_at shipped_at delivered_at cancelled_at "
            "cancel_reason attributes source "
            "source_id", _KEYS + " staff_id placed_by_id returns_order_id idempotency_key", more=_ORDER_NUMBER),
    Section("order_lines", m.OrderLine, _of_orders(m.OrderLine),
            "order_id line_no product_code name quantity unit_price_cents discount_cents line_total_cents "
            "tax_bp tax_cents",
            "product_id unit_cost_cents import_run_id", newest="order_id",
            more=(col(m.Product.name).label("product"),),
            joined=(m.Product, col(m.Product.id) == col(m.OrderLine.product_id))),
    Section("payments", m.Payment, _of_orders(m.Payment),
            "order_id seq method installments amount_cents credited_cents state due_on paid_at provider reference",
            "import_run_id trouble", newest="order_id"),
    Section("refunds", m.Refund, _of_orders(m.Refund),
            "order_id seq amount_cents state reason provider reference created_at done_at", "id trouble"),
    Section("payment_events", m.PaymentEvent, _of_orders(m.PaymentEvent),
            "order_id kind amount_cents currency happened_at received_at outcome provider reference", "id event_id"),
    Section("documents", m.Document, _of_customer(m.Document),
            "kind number issued_at due_on total_cents content order_id",
            "id customer_id series year seq return_id shipment_id"),
    Section("vouchers", m.VoucherUse, _of_customer(m.VoucherUse),
            "order_id discount_cents used_at given_back_at", "customer_id voucher_id", newest="order_id",
            more=(col(m.Voucher.code).label("voucher_code"),),
            joined=(m.Voucher, col(m.Voucher.id) == col(m.VoucherUse.voucher_id))),
    Section("shipments", m.Shipment, _of_orders(m.Shipment),
            "order_id shipped_at delivered_at carrier tracking_code lines", "id"),
    Section("returns", m.Return, _of_orders(m.Return),
            "order_id state reason note lines refund_cents requested_at closed_at", "id"),
    Section("contacts", m.Interaction, _of_customer(m.Interaction),
            "channel direction reason subtopic outcome participants explained_again language logged_at resolved_at "
            "order_id source source_id",
            _KEYS + " summary happened_at case_id matter duration_s staff_id campaign_id date_known idempotency_key "
            "attributes",
            more=(case((col(m.Interaction.date_known), col(m.Interaction.happened_at)), else_=null())
                  .label("happened_at"),
                  case((OWN_WORDS, col(m.Interaction.summary)), else_="").label("summary"))),
    Section("service_reports", m.ServiceReport, _of_customer(m.ServiceReport),
            "subject done_on minutes who what parts next_step written_at",
            _KEYS.replace(" import_run_id", "") + " case_id staff_id idempotency_key"),
    Section("cases", m.Case, _of_customer(m.Case),
            "order_id state topic subject next_step opened_at answer_by closed_at",
            _KEYS + " priority owner_id team_id routed_for team_only resolve_by resolve_left_minutes first_answered_at "
            "first_answer_minutes due_at alarm_at alarm", more=(col(m.Case.id).label("case_number"),)),
    Section("promises", m.Promise, _of_customer(m.Promise), "what due_on due_at made_at kept_at broken_at",
            _KEYS + " interaction_id case_id owner_id kept_late snoozed_until reminded_at"),
    Section("service_line", m.CustomerLine, _of_customer(m.CustomerLine), "until_on set_at",
            "customer_id team_id reason set_by_id", newest="customer_id",
            more=(col(m.Team.name).label("line"),),
            joined=(m.Team, col(m.Team.id) == col(m.CustomerLine.team_id))),
    Section("messages", m.Message, _of_customer(m.Message), "direction subject body sent_at read_at",
            _KEYS + " case_id author_id idempotency_key"),
    Section("files", m.StoredFile,
            lambda who: and_(_of_customer(m.StoredFile)(who), col(m.StoredFile.visible)),
            "file_name caption content_type size sha256 width height added_at",
            _KEYS + " product_id order_id return_id case_id message_id interaction_id visible added_by_id added_by"),
    Section("surveys", m.SurveyResponse, _of_customer(m.SurveyResponse),
            "instrument question score scale_min scale_max title text asked_at answered_at language order_id order_ref "
            "source source_id", _KEYS),
    Section("visits", m.WebSession, _of_customer(m.WebSession), "started_at converted figures source source_id", _KEYS),
    Section("campaigns", m.CampaignEvent, _of_customer(m.CampaignEvent), "event at coupon_code",
            _KEYS + " fingerprint campaign_id", more=(col(m.Campaign.name).label("campaign"),),
            joined=(m.Campaign, col(m.Campaign.id) == col(m.CampaignEvent.campaign_id))),
    Section("outcomes", m.Label, _of_customer(m.Label), "label value known_at", "customer_id import_run_id",
            newest="label"),
    Section("mails", m.OutboxEntry, _mailed, "kind recipient subject state created_at sent_at",
            _KEYS + " body message_id next_try_at tries leased_until error"),
    Section("standing_orders", m.StandingOrder, _of_customer(m.StandingOrder),
            "state every unit first_on next_on paused_until note created_at ended_at",
            "id customer_id person_id announced_on address_id version",
            more=(col(m.StandingOrder.id).label("standing_order_id"),)),
    Section("standing_lines", m.StandingLine, _of_standing(m.StandingLine),
            "standing_order_id quantity agreed_cents", "product_id", newest="standing_order_id",
            more=(col(m.Product.name).label("product"),),
            joined=(m.Product, col(m.Product.id) == col(m.StandingLine.product_id))),
    Section("standing_events", m.StandingEvent, _of_standing(m.StandingEvent),
            "standing_order_id at step run_on order_id reason detail", "id person_id"),
    Section("muted_suggestions", m.SuggestionMute, _of_customer(m.SuggestionMute), "at", "customer_id product_id",
            newest="at", more=(col(m.Product.name).label("product"),),
            joined=(m.Product, col(m.Product.id) == col(m.SuggestionMute.product_id))),
    Section("segments", m.SegmentMember, _of_customer(m.SegmentMember), "since", "segment_id customer_id",
            newest="since", more=(col(m.Segment.name).label("segment"),),
            joined=(m.Segment, col(m.Segment.id) == col(m.SegmentMember.segment_id))),
    Section("segment_events", m.SegmentEvent, _of_customer(m.SegmentEvent), "at entered", "id segment_id customer_id",
            newest="at", more=(col(m.Segment.name).label("segment"),),
            joined=(m.Segment, col(m.Segment.id) == col(m.SegmentEvent.segment_id))),
    Section("basket", m.BasketLine, _of_basket, "quantity seen_price_cents added_at", "basket_id product_id",
            newest="added_at", more=(col(m.Product.name).label("product"),),
            joined=(m.Product, col(m.Product.id) == col(m.BasketLine.product_id))),
    Section("predictions", m.CustomerScore, _expected_of,
            "p_alive p_buy_30 p_buy_90 p_buy_365 expected_90 expected_lo expected_hi next_from next_median next_to "
            "decile purchases first_on last_on usual_gap reasons",
            "customer_id run_id", newest="run_id"),
    Section("forecast_tests", m.BacktestMember, _tested_on, "days said came", "customer_id run_id place",
            newest="run_id", more=(col(m.ScoringRun.as_of).label("as_of"),),
            joined=(m.ScoringRun, col(m.ScoringRun.id) == col(m.BacktestMember.run_id))),
    Section("drafts", m.Draft, _of_person(m.Draft), "key fields updated_at", "person_id", newest="updated_at"),
    Section("browsers", m.LoginSession, _of_person(m.LoginSession),
            "created_at last_seen_at expires_at user_agent address", "id person_id", newest="created_at"),
    Section("looks", m.AccountLook, _of_customer(m.AccountLook), "at name how reason", "id customer_id person_id slot",
            newest="at"),
    Section("sign_ins", m.AuditEntry, _own_sign_ins, "at action address",
            "id actor_id actor_name actor_role entity entity_id customer_id before after reason"),
)  # fmt: skip

#: What staff are not shown when they see the pages as the customer sees them.
PRIVATE = frozenset({"second_factor", "drafts", "browsers", "sign_ins"})

#: Sections about the person alone: all that somebody is given who may not see the orders of their customer.
OF_PERSON = frozenset({"person", "second_factor", "basket", "drafts", "browsers", "sign_ins"})

#: Tables that are no part of it, and why.
LEFT_OUT: dict[type[SQLModel], str] = {
    m.FollowUp: "planning of the staff: counted, not shown",
    m.Basket: "only holds the lines, which are shown, and the code of a voucher that is not used yet",
    m.TaxClass: "the company's own",
    m.TaxRate: "the company's own",
    m.DeliveryFee: "the company's own",
    m.Voucher: "the company's own; where the customer used one is shown",
    m.NumberSeries: "the company's own",
    m.Series: "planning of the staff",
    m.RuleTouch: "planning of the staff",
    m.Segment: "the company's own; which of them the customer is in is shown",
    m.SegmentRound: "planning of the staff",
    m.SegmentTouch: "planning of the staff",
    m.CustomerWarning: "planning of the staff: whom to call first; made anew each night from what is shown",
    m.ProductFollow: "counts over all customers",
    m.ContactRule: "the company's own",
    m.ReminderChoice: "of those who work here",
    m.CalendarFeed: "of those who work here",
    m.CustomerSearch: "made from name, e-mail and phone, which are shown",
    m.CustomerWord: "made from name, e-mail and phone, which are shown",
    m.WordVariant: "words of all customers, nobody's own",
    m.Ticket: "one-time secrets that live minutes to days",
    m.Throttle: "kept under a digest, fades within hours",
    m.FileContent: "the bytes of the files, which are listed and can be downloaded where they are attached",
    m.StaffMember: "about those who work here",
    m.Team: "about those who work here",
    m.TeamMember: "about those who work here",
    m.Topic: "the company's own",
    m.ServiceLevel: "the company's own",
    m.ChecklistTemplate: "the company's own",
    m.Macro: "the company's own",
    m.TextModule: "the company's own",
    m.CaseMerge: "which numbers lead to which case; the cases are shown",
    m.CaseMove: "which case a message was moved from; the messages are shown",
    m.CaseItem: "the working list of the staff",
    m.CaseOrder: "which case is about which order; both are shown",
    m.CaseWatcher: "about those who work here",
    m.CaseNotice: "about those who work here",
    m.CaseRating: "a one-time secret; the answer is shown",
    m.Product: "the catalogue",
    m.PriceChange: "the catalogue",
    m.ProductLink: "the catalogue",
    m.StockMovement: "the shelf: which orders moved it is told with the orders",
    m.Campaign: "the company's own; what it did to the customer is shown",
    m.Article: "help texts",
    m.ArticleQuery: "what was typed, without who typed it",
    m.ContactTemplate: "the company's own",
    m.Reason: "the company's own",
    m.Presence: "who of the staff has a page open, forgotten within a minute",
    m.CustomerView: "lasts minutes; that somebody looked as the customer, and why, is shown among the looks",
    m.Setting: "the company's own",
    m.InvitationRound: "the company's own; the mail a customer got from it is shown",
    m.ImportRun: "the company's own",
    m.DailySales: "sums without persons",
    m.HourlyOrders: "sums without persons",
    m.HourlyContacts: "sums without persons",
    m.DailyCustomers: "sums without persons",
    m.ColumnarChange: "numbers of what changed lately, for the figures; fades within hours",
    m.OutboxFile: "files of reports on their way to the team",
    m.SavedView: "of those who work here",
    m.ReportSchedule: "of those who work here",
    m.ReportRecipient: "of those who work here",
    m.ColumnarState: "the company's own",
    m.ScoringRun: "the company's own; what a run expects of the customer is shown",
    m.BacktestResult: "sums without persons",
}
