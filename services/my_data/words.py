"""What the kinds of data and their columns are called on the page."""

from functools import cache

from db.models import LookHow
from services.text import _, spoken


def section_name(name: str) -> str:
    """A kind of data in words."""
    return _sections(spoken())[name]


@cache
def _sections(_language: str) -> dict[str, str]:
    """All of them, by the language they are in."""
    return _who_and_orders() | _between_us()


def _who_and_orders() -> dict[str, str]:
    """Who somebody is and what was ordered."""
    return {
        "customer": _("Customer"),
        "person": _("Sign-in"),
        "second_factor": _("Second factor"),
        "addresses": _("Addresses"),
        "emails": _("E-mail addresses"),
        "phones": _("Telephone numbers"),
        "change_requests": _("Changes that had to be approved"),
        "erasures": _("Wishes to be forgotten"),
        "consents": _("Consents"),
        "orders": _("Orders"),
        "order_lines": _("Lines of the orders"),
        "payments": _("Payments"),
        "refunds": _("Refunds"),
        "payment_events": _("Messages of the payment provider"),
        "documents": _("Invoices and other documents"),
        "vouchers": _("Vouchers"),
        "shipments": _("Parcels"),
        "returns": _("Returns"),
    }


def _between_us() -> dict[str, str]:
    """What passed between us, and the account."""
    return {
        "contacts": _("Contacts with us"),
        "service_reports": _("Service reports"),
        "cases": _("Cases"),
        "promises": _("Promises to you"),
        "service_line": _("Special service"),
        "messages": _("Messages"),
        "files": _("Files"),
        "surveys": _("Survey answers"),
        "visits": _("Visits to our web site"),
        "campaigns": _("Campaigns"),
        "outcomes": _("Known outcomes"),
        "mails": _("Mail we sent"),
        "standing_orders": _("Standing orders"),
        "standing_lines": _("Lines of the standing orders"),
        "standing_events": _("What became of the standing orders"),
        "muted_suggestions": _("Products you are not reminded of"),
        "predictions": _("What we expect"),
        "forecast_tests": _("How our forecasts were tested"),
        "segments": _("Groups you are in"),
        "segment_events": _("Groups you came into or left"),
        "basket": _("Basket"),
        "drafts": _("Drafts"),
        "browsers": _("Signed-in browsers"),
        "looks": _("Who looked at your account"),
        "sign_ins": _("Sign-ins and security"),
        "changes": _("Changes of the account"),
    }


def look_name(how: LookHow) -> str:
    """In which way somebody of the team looked at the account."""
    if how is LookHow.OPENED:
        return _("opened your customer page")
    return _("saw your pages as you see them")


def event_name(action: str) -> str:
    """What happened to one's sign-in, in words; an event that has none keeps its name."""
    return {
        "auth.signed_in": _("Signed in"),
        "auth.signed_out": _("Signed out"),
        "auth.signed_out_everywhere": _("Signed out everywhere"),
        "auth.sign_in_refused": _("Sign-in refused"),
        "auth.locked_for_a_while": _("Too many tries, had to wait"),
        "auth.registered": _("Registered"),
        "auth.reset_asked": _("New password asked for"),
        "auth.password_changed": _("Password changed"),
        "auth.password_refused": _("Current password refused"),
        "auth.email_change_asked": _("New e-mail address asked for"),
        "second_factor.begun": _("Set-up of a second factor begun"),
        "second_factor.on": _("Second factor switched on"),
        "second_factor.off": _("Second factor switched off"),
        "second_factor.reset": _("Second factor removed by us"),
        "second_factor.new_codes": _("New recovery codes made"),
        "second_factor.recovery_code": _("Recovery code used"),
        "second_factor.refused": _("Code refused"),
    }.get(action, action)


def column_name(column: str) -> str:
    """A column in words."""
    return _columns(spoken())[column]


@cache
def _columns(_language: str) -> dict[str, str]:
    """All of them, by the language they are in: a page asks for a hundred."""
    return _about_people() | _about_orders() | _about_contacts() | _expected() | _times()


def _about_people() -> dict[str, str]:
    return {
        "kind": _("Kind"), "name": _("Name"), "company": _("Company"), "language": _("Language"),
        "time_zone": _("Time zone"), "birth_band": _("Age group"), "gender": _("Gender"), "segment": _("Segment"),
        "income_band": _("Income group"), "household_size": _("Household"), "role": _("Role"), "email": _("E-mail"),
        "acquisition_channel": _("Came to us by"), "attributes": _("More"), "source": _("Taken over from"),
        "source_id": _("Number there"), "account_manager": _("Looked after by"), "street": _("Street and number"),
        "city": _("Town"), "region": _("Region"), "postal_code": _("Postal code"), "country": _("Country"),
        "is_billing": _("For invoices"), "is_delivery": _("For parcels"), "is_primary": _("First choice"),
        "e164": _("Number"), "as_written": _("As written"), "purpose": _("Purpose"), "granted": _("Agreed"),
        "how": _("How"), "who": _("Who"), "field": _("What"), "old": _("Before"), "new": _("After"),
        "user_agent": _("Browser"), "address": _("Network address"), "action": _("Event"), "key": _("Form"),
        "sees_orders": _("May see orders"), "may_order": _("May order"), "manages_people": _("May manage people"),
        "fields": _("Typed so far"), "wish": _("Your words"), "answer": _("Our answer"),
        "label": _("Outcome"), "value": _("Value"),
    }  # fmt: skip


def _about_orders() -> dict[str, str]:
    return {
        "order_id": _("Order"), "status": _("State"), "source_status": _("State there"), "channel": _("Channel"),
        "store_id": _("Store"), "lines_cents": _("Goods"), "discount_cents": _("Discount"),
        "shipping_cents": _("Delivery"), "total_cents": _("Total"), "payment_method": _("Payment"),
        "delivery_address": _("Delivery address"), "note": _("Note"), "line_no": _("Line"),
        "product_code": _("Article number"), "product": _("Product"), "quantity": _("Quantity"),
        "unit_price_cents": _("Price"), "line_total_cents": _("Sum"), "seq": _("Part"), "method": _("Way of payment"),
        "installments": _("Instalments"), "amount_cents": _("Amount"), "carrier": _("Carrier"),
        "tracking_code": _("Tracking code"), "lines": _("Lines"), "state": _("State"), "reason": _("Reason"),
        "refund_cents": _("Refund"), "seen_price_cents": _("Price seen"),
        "cancel_reason": _("Why cancelled"), "standing_order_id": _("Standing order"), "every": _("Every"),
        "unit": _("Weeks or months"), "agreed_cents": _("Price agreed"), "step": _("Event"), "detail": _("More"),
        "tax_cents": _("Tax in it"), "shipping_tax_bp": _("Tax rate of delivery"), "tax_bp": _("Tax rate"),
        "shipping_tax_cents": _("Tax in delivery"), "voucher_code": _("Voucher"), "number": _("Document number"),
        "credited_cents": _("Credited"), "provider": _("Payment provider"), "reference": _("Reference"),
        "currency": _("Currency"), "content": _("Content"),
    }  # fmt: skip


def _about_contacts() -> dict[str, str]:
    return {
        "direction": _("Direction"), "subtopic": _("Topic"), "outcome": _("Outcome"), "summary": _("Your words"),
        "topic": _("Topic"), "subject": _("Subject"), "next_step": _("Next step"), "case_number": _("Case"),
        "what": _("What"), "participants": _("Who else was there"), "explained_again": _("Told again"),
        "minutes": _("Minutes"), "done_on": _("Done on"), "parts": _("Parts"), "written_at": _("Written"),
        "body": _("Text"), "file_name": _("File"), "content_type": _("Type"), "size": _("Bytes"),
        "sha256": _("Check sum"), "caption": _("Description"), "width": _("Width"),
        "height": _("Height"), "instrument": _("Survey"), "question": _("Question"), "score": _("Answer"),
        "scale_min": _("Lowest"), "scale_max": _("Highest"), "title": _("Title"), "text": _("Text"),
        "order_ref": _("Order there"), "converted": _("Ordered"), "figures": _("Figures"), "event": _("Event"),
        "line": _("Line of service"), "coupon_code": _("Voucher"), "campaign": _("Campaign"), "recipient": _("Sent to"),
    }  # fmt: skip


def _expected() -> dict[str, str]:
    """What is expected of a customer, and from what."""
    return {
        "p_alive": _("Probability of still buying"), "p_buy_30": _("Probability of a purchase in 30 days"),
        "p_buy_90": _("Probability of a purchase in 90 days"), "p_buy_365": _("Probability of a purchase in a year"),
        "expected_90": _("Purchases expected in 90 days"), "expected_lo": _("At least"), "expected_hi": _("At most"),
        "next_from": _("Next purchase from"), "next_median": _("Next purchase about"),
        "next_to": _("Next purchase until"), "decile": _("Tenth by probability, 10 the likeliest"),
        "purchases": _("Days with a purchase"), "last_on": _("Last on"),
        "as_of": _("Tested with what was known up to"), "days": _("Days foretold"),
        "said": _("Probability of a purchase that a test of the forecast gave"), "came": _("Purchases that came"),
        "usual_gap": _("Days between purchases"), "reasons": _("Reasons, as codes and numbers"),
    }  # fmt: skip


def _times() -> dict[str, str]:
    return {
        "at": _("When"), "joined_at": _("Customer since"), "created_at": _("Created"), "updated_at": _("Changed"),
        "confirmed_at": _("Confirmed"), "last_sign_in_at": _("Last sign-in"), "ordered_at": _("Ordered"),
        "promised_at": _("Promised until"), "shipped_at": _("Sent"), "delivered_at": _("Delivered"),
        "cancelled_at": _("Cancelled"), "paid_at": _("Paid"), "requested_at": _("Asked for"), "closed_at": _("Closed"),
        "logged_at": _("Written down"), "resolved_at": _("Settled"), "happened_at": _("When"),
        "opened_at": _("Opened"), "answer_by": _("Answer until"), "due_on": _("Due"), "due_at": _("Due at"),
        "until_on": _("Until"), "set_at": _("Set"), "made_at": _("Promised"),
        "kept_at": _("Kept"), "broken_at": _("Broken"), "sent_at": _("Sent"), "read_at": _("Read"),
        "added_at": _("Added"), "asked_at": _("Asked"), "answered_at": _("Answered"), "started_at": _("Started"),
        "requested_on": _("Wished for"), "done_at": _("Paid out"), "issued_at": _("Issued"), "used_at": _("Used"),
        "given_back_at": _("Given back"), "received_at": _("Received"),
        "decided_at": _("Decided"), "kept_until": _("Kept by law until"),
        "known_at": _("Known since"), "last_seen_at": _("Last active"), "expires_at": _("Ends"),
        "first_on": _("First on"), "next_on": _("Next on"), "paused_until": _("Paused until"), "run_on": _("For"),
        "ended_at": _("Ended"), "since": _("Since"), "entered": _("Came in"),
    }  # fmt: skip
