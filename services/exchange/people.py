"""Taking staff, customers, campaigns and what is known about customers besides."""

import hashlib

import numpy as np
import pandas as pd

from db.models import (
    Campaign,
    CampaignEvent,
    Consent,
    Customer,
    CustomerAddress,
    CustomerEmail,
    CustomerKind,
    CustomerPhone,
    CustomerSearch,
    DailyCustomers,
    Label,
    Purpose,
    StaffMember,
)
from services import rollups, search
from services.exchange import writing
from services.exchange.rows import (
    Rows,
    Run,
    is_none,
    looked_up,
    new_by_source_id,
    refer,
    refer_strictly,
    without_known,
    without_repeats,
)
from services.text import _
from services.work import Work

ADDRESS = {"street": "address", "city": "city", "region": "region", "postal_code": "postal_code", "country": "country"}


def staff(w: Work, run: Run, rows: Rows) -> None:
    """People who work here. A manager who comes later in the file is set by `links`."""
    new_by_source_id(w, run, rows, StaffMember, "staff_id")
    written = {"email": rows.or_none("email"), "phone": np.array([p and p[1] for p in rows["phone"]], dtype=object)}
    columns = {
        "source": run.source,
        "source_id": rows["staff_id"],
        "name": rows["name"],
        "title": rows.or_none("title"),
        **written,
        "hired_at": rows["hired_at"],
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, StaffMember, columns)


def customers(w: Work, run: Run, rows: Rows) -> None:
    """Customers with their address, e-mail, phone, consent, search line and the count of new customers."""
    new_by_source_id(w, run, rows, Customer, "customer_id")
    rows.note("staff unknown", refer(w, run, rows, StaffMember, "account_manager_id"))
    name = np.where(rows.given("name"), rows["name"], rows["company"])
    rows.note("customer nameless", name == "")
    is_company = rows.given("company") & ~rows.given("name")
    columns = {
        "source": run.source,
        "source_id": rows["customer_id"],
        "kind": np.where(is_company, CustomerKind.COMPANY.value, CustomerKind.INDIVIDUAL.value).astype(object),
        "name": name,
        **{c: rows.or_none(c) for c in ("company", "birth_band", "gender", "segment", "income_band")},
        **{c: rows.or_none(c) for c in ("household_size", "acquisition_channel", "language", "time_zone")},
        "account_manager_id": rows["account_manager_id row"],
        "joined_at": rows["joined_at"],
        "attributes": rows["attributes"],
        "created_at": w.now,
        "updated_at": w.now,
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, Customer, columns)
    here = writing.ids(w, Customer, run.source, rows["customer_id"])
    customer_ids = np.array([here[k][0] for k in rows["customer_id"]], dtype=object)
    _reachable_by(w, run, rows, customer_ids, name)
    joined = pd.Series(rows["joined_at"]).dt.tz_localize("UTC")
    rollups.bulk(w, DailyCustomers, pd.DataFrame({"at": joined, "joined": 1}))


def _reachable_by(w: Work, run: Run, rows: Rows, customer_ids: np.ndarray, name: np.ndarray) -> None:
    has_phone, has_email = ~is_none(rows["phone"]), rows.given("email")
    has_address = np.logical_or.reduce([rows.given(column) for column in ADDRESS.values()])
    rows.note("customer unreachable", ~(has_phone | has_email | rows.given("address")))
    emails = {"customer_id": customer_ids[has_email], "email": rows["email"][has_email]}
    writing.insert(w, CustomerEmail, emails)
    phones = [(p[0], p[1]) for p in rows["phone"][has_phone]]
    e164 = np.array([p[0] for p in phones], dtype=object)
    as_written = np.array([p[1] for p in phones], dtype=object)
    writing.insert(w, CustomerPhone, {"customer_id": customer_ids[has_phone], "e164": e164, "as_written": as_written})
    address = {field: rows[column][has_address] for field, column in ADDRESS.items()}
    writing.insert(w, CustomerAddress, {"customer_id": customer_ids[has_address], **address})
    _consents(w, run, rows, customer_ids)
    lines = [
        search.line_for(n, c, [e] if e else [], [p[0] if p else None])
        for n, c, e, p in zip(name, rows["company"], rows["email"], rows["phone"], strict=True)
    ]
    text = np.array(lines, dtype=object)
    found = text != ""
    writing.insert(w, CustomerSearch, {"customer_id": customer_ids[found], "text": text[found]})
    search.index_new(w, zip(customer_ids[found], text[found], strict=True))


def _consents(w: Work, run: Run, rows: Rows, customer_ids: np.ndarray) -> None:
    told = ~is_none(rows["marketing_consent"])
    columns = {
        "customer_id": customer_ids[told],
        "purpose": Purpose.NEWSLETTER.value,
        "granted": rows["marketing_consent"][told],
        "at": w.now,
        "how": imported_consent(run.source),
    }
    writing.insert(w, Consent, columns)


def imported_consent(source: str) -> str:
    """How a consent came here that an import brought."""
    return f"import {source}"


def campaigns(w: Work, run: Run, rows: Rows) -> None:
    """Campaigns."""
    new_by_source_id(w, run, rows, Campaign, "campaign_id")
    columns = {
        "source": run.source,
        "source_id": rows["campaign_id"],
        **{c: rows[c] for c in ("name", "kind", "starts_at", "ends_at")},
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, Campaign, columns)


def campaign_events(w: Work, run: Run, rows: Rows) -> None:
    """What campaigns did to customers. Rows have no key: two that are equal in every column are one event."""
    refer_strictly(w, run, rows, Campaign, "campaign_id", _("there is no such campaign"))
    refer_strictly(w, run, rows, Customer, "customer_id", _("there is no such customer"))
    times = writing.stored(rows["at"])
    parts = zip(rows["campaign_id"], rows["customer_id"], rows["event"], times, rows["coupon_code"], strict=True)
    prints = [hashlib.sha256("\0".join([run.source, *(str(p) for p in part)]).encode()).hexdigest() for part in parts]
    rows.columns["fingerprint"] = np.array(prints, dtype=object)
    without_repeats(rows, [rows["fingerprint"]])
    found = writing.rows_of(
        w, CampaignEvent, "fingerprint", rows["fingerprint"].tolist(), "fingerprint", "import_run_id"
    )
    here = {fingerprint: run_id or 0 for fingerprint, run_id in found}
    without_known(rows, run, looked_up(rows["fingerprint"], here))
    columns = {
        "fingerprint": rows["fingerprint"],
        "campaign_id": rows["campaign_id row"],
        "customer_id": rows["customer_id row"],
        "event": rows["event"],
        "at": rows["at"],
        "coupon_code": rows.or_none("coupon_code"),
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, CampaignEvent, columns)


def labels(w: Work, run: Run, rows: Rows) -> None:
    """Known outcomes to judge models by."""
    refer_strictly(w, run, rows, Customer, "customer_id", _("there is no such customer"))
    without_repeats(rows, [rows["customer_id row"], rows["label"]])
    customer_ids = sorted(set(rows["customer_id row"]))
    found = writing.rows_of(w, Label, "customer_id", customer_ids, "customer_id", "label", "import_run_id")
    here = {(customer, label): run_id or 0 for customer, label, run_id in found}
    keys = zip(rows["customer_id row"], rows["label"], strict=True)
    without_known(rows, run, np.array([here.get(k) for k in keys], dtype=object))
    columns = {
        "customer_id": rows["customer_id row"],
        "label": rows["label"],
        "value": rows["value"],
        "known_at": rows["known_at"],
        "import_run_id": run.id,
    }
    rows.found.counts["added"] += writing.insert(w, Label, columns)
