"""What becomes of each table, and of each of its columns, when a customer is forgotten.

Every table is named here; a table or a column without a decision fails a test. Four things may happen to rows:

- they go (GONE), or they stay without what says who it was (ANONYMOUS), so that sums and charts stay what they were;
- the law keeps them until a date (LAW): amounts stay for good, names and addresses on them go after that date;
- the trail keeps who did what and when, but loses its values (TRAIL);
- they are not about the customer (NOT_THEIRS).
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import SQLModel

from db import models as m


class Fate(StrEnum):
    GONE = "gone"
    ANONYMOUS = "anonymous"
    LAW = "law"
    TRAIL = "trail"
    NOT_THEIRS = "not-theirs"


@dataclass(frozen=True)
class Decision:
    """`emptied` at once, `later` after the years of the law; `kept` says nothing about who it was. All columns in all.

    `name` is that of the section of "My data" where the rows are shown.
    """

    model: type[SQLModel]
    fate: Fate
    name: str = ""
    emptied: str = ""
    later: str = ""
    kept: str = ""
    why: str = ""


def _gone(model: type[SQLModel], name: str = "") -> Decision:
    return Decision(model, Fate.GONE, name)


def _not_theirs(model: type[SQLModel], why: str) -> Decision:
    return Decision(model, Fate.NOT_THEIRS, why=why)


_SOURCE = "source import_run_id"

DECISIONS = (
    Decision(m.Customer, Fate.ANONYMOUS, "customer",
             "name company language time_zone birth_band gender segment income_band household_size attributes "
             "account_manager_id source_id",
             kept="id kind acquisition_channel joined_at version created_at updated_at " + _SOURCE,
             why="figures count it; it is a number without a name"),
    _gone(m.SecondFactor, "second_factor"),
    _gone(m.LoginSession, "browsers"),
    _gone(m.Ticket),
    _gone(m.Draft, "drafts"),
    _gone(m.BasketLine, "basket"),
    _gone(m.Basket),
    _gone(m.SuggestionMute, "muted_suggestions"),
    _gone(m.CustomerEmail, "emails"),
    _gone(m.CustomerPhone, "phones"),
    _gone(m.CustomerSearch),
    _gone(m.CustomerWord),
    _gone(m.Consent, "consents"),
    _gone(m.ChangeRequest, "change_requests"),
    _gone(m.StoredFile, "files"),
    _gone(m.Message, "messages"),
    _gone(m.OutboxEntry, "mails"),
    _gone(m.FollowUp),
    _gone(m.Series),
    _gone(m.SegmentMember, "segments"),
    _gone(m.SegmentEvent, "segment_events"),
    _gone(m.CustomerLine, "service_line"),
    _gone(m.CustomerWarning),
    _gone(m.CustomerView),
    _gone(m.CaseRating),
    _gone(m.Label, "outcomes"),
    _gone(m.ServiceReport, "service_reports"),
    _gone(m.CustomerScore, "predictions"),
    _gone(m.BacktestMember, "forecast_tests"),
    _gone(m.StandingOrder, "standing_orders"),
    _gone(m.CustomerAddress, "addresses"),
    _gone(m.Person, "person"),
    Decision(m.Erasure, Fate.ANONYMOUS, "erasures", "wish answer",
             kept="id customer_id state asked_at decided_at decided_by_id counts kept_until",
             why="the proof that it was done"),
    Decision(m.Order, Fate.LAW, "orders", "note attributes idempotency_key", "delivery_address source_id",
             "id customer_id ordered_at status source_status channel store_id staff_id placed_by_id lines_cents "
             "discount_cents shipping_cents total_cents tax_cents shipping_tax_bp shipping_tax_cents voucher_code "
             "requested_on payment_method promised_at shipped_at delivered_at cancelled_at cancel_reason "
             "returns_order_id " + _SOURCE),
    Decision(m.OrderLine, Fate.LAW, "order_lines",
             kept="order_id line_no product_id product_code name quantity unit_price_cents discount_cents "
             "line_total_cents unit_cost_cents tax_bp tax_cents import_run_id"),
    Decision(m.Payment, Fate.LAW, "payments", "trouble",
             kept="order_id seq method installments amount_cents credited_cents state due_on paid_at provider "
             "reference import_run_id"),
    Decision(m.Refund, Fate.LAW, "refunds", "trouble",
             kept="id order_id seq amount_cents state reason provider reference created_at done_at"),
    Decision(m.PaymentEvent, Fate.LAW, "payment_events",
             kept="id provider event_id kind reference amount_cents currency happened_at received_at outcome order_id"),
    Decision(m.Document, Fate.LAW, "documents", later="content",
             kept="id kind series year seq number order_id customer_id return_id shipment_id issued_at due_on "
             "total_cents"),
    Decision(m.VoucherUse, Fate.LAW, "vouchers",
             kept="order_id voucher_id customer_id discount_cents used_at given_back_at"),
    Decision(m.Shipment, Fate.LAW, "shipments", "tracking_code",
             kept="id order_id shipped_at delivered_at carrier lines"),
    Decision(m.Return, Fate.LAW, "returns", "note",
             kept="id order_id state reason lines refund_cents requested_at closed_at"),
    Decision(m.Interaction, Fate.ANONYMOUS, "contacts",
             "subtopic summary outcome participants language matter attributes source_id idempotency_key",
             kept="id customer_id order_id case_id channel direction reason duration_s explained_again staff_id "
             "campaign_id happened_at date_known logged_at resolved_at " + _SOURCE,
             why="figures count contacts by day, channel and reason; a reason that nobody else has goes too"),
    Decision(m.Case, Fate.ANONYMOUS, "cases", "subject next_step topic",
             kept="id customer_id order_id state priority owner_id team_id routed_for team_only opened_at answer_by "
             "resolve_by resolve_left_minutes first_answered_at first_answer_minutes due_at alarm_at alarm "
             "closed_at",
             why="figures count cases"),
    Decision(m.Promise, Fate.ANONYMOUS, "promises", "what",
             kept="id customer_id interaction_id case_id owner_id due_on due_at made_at kept_at kept_late "
             "broken_at snoozed_until reminded_at",
             why="figures count promises kept and broken"),
    Decision(m.SurveyResponse, Fate.ANONYMOUS, "surveys", "source_id order_ref title text language",
             kept="id customer_id order_id instrument question score scale_min scale_max asked_at "
             "answered_at " + _SOURCE,
             why="figures count the scores; instrument and question are the company's words"),
    Decision(m.WebSession, Fate.ANONYMOUS, "visits", "source_id figures customer_id",
             kept="id started_at converted " + _SOURCE, why="figures count visits"),
    Decision(m.CampaignEvent, Fate.ANONYMOUS, "campaigns", "coupon_code",
             kept="id fingerprint campaign_id customer_id event at import_run_id", why="figures count responses"),
    Decision(m.AccountLook, Fate.ANONYMOUS, "looks", "reason", kept="id customer_id person_id name how slot at",
             why="who of us looked has to be provable"),
    Decision(m.CaseItem, Fate.ANONYMOUS, "", "text", kept="id case_id template_id added_at done_at done_by_id",
             why="figures count what was done"),
    Decision(m.CaseMerge, Fate.ANONYMOUS, "", "before", kept="id case_id into_id merged_at undone_at",
             why="which numbers lead to which case"),
    Decision(m.StockMovement, Fate.ANONYMOUS, "", "by", kept="id product_id delta reason note order_id at by_id",
             why="the stock has to add up; who ordered is not named any more"),
    Decision(m.AuditEntry, Fate.TRAIL, "sign_ins", "actor_name address before after reason",
             kept="id at actor_id actor_role action entity entity_id customer_id",
             why="who did what and when has to be provable; the values go"),
    *(_not_theirs(model, "numbers only")
      for model in (m.RuleTouch, m.SegmentTouch, m.CaseMove, m.CaseOrder, m.ColumnarChange, m.ColumnarState)),
    *(_not_theirs(model, "about those who work here")
      for model in (m.CaseWatcher, m.CaseNotice, m.Presence, m.CalendarFeed, m.ReminderChoice, m.Team, m.TeamMember,
                    m.SavedView, m.ReportSchedule, m.ReportRecipient)),
    _not_theirs(m.ProductFollow, "counts over all customers"),
    _not_theirs(m.StandingLine, "goes with its standing order"),
    _not_theirs(m.StandingEvent, "goes with its standing order"),
    _not_theirs(m.OutboxFile, "files of reports on their way to the team"),
    _not_theirs(m.FileContent, "goes with its file"),
    _not_theirs(m.WordVariant, "words of all customers; those that only this one had go with its words"),
    _not_theirs(m.Throttle, "kept under a digest, fades within hours"),
    _not_theirs(m.StaffMember, "about those who work here"),
    _not_theirs(m.ArticleQuery, "what was typed, without who typed it"),
    _not_theirs(m.ImportRun, "the company's own; its file of rejected rows is named in the plan"),
    *(_not_theirs(model, "the company's own")
      for model in (m.TaxClass, m.TaxRate, m.DeliveryFee, m.Voucher, m.NumberSeries, m.Product, m.PriceChange,
                    m.Campaign, m.Article, m.Reason, m.Setting, m.InvitationRound,
                    m.ContactRule, m.Segment, m.SegmentRound, m.Topic, m.ServiceLevel, m.ChecklistTemplate,
                    m.ContactTemplate, m.Macro, m.TextModule, m.ProductLink)),
    *(_not_theirs(model, "sums without persons")
      for model in (m.ScoringRun, m.BacktestResult, m.DailySales, m.HourlyOrders, m.HourlyContacts, m.DailyCustomers)),
)  # fmt: skip
BY_MODEL: dict[type[SQLModel], Decision] = {d.model: d for d in DECISIONS}
