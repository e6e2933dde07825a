"""What the demonstration company has agreed on for cases: topics, promised times, checklists, macros, text modules."""

from collections.abc import Mapping

from sqlmodel import SQLModel, select

from db.models import ChecklistTemplate, Macro, ServiceLevel, Team, TextModule, Topic
from services import audit
from services.work import Work

TIMES = {"low": (960, 4800, False), "normal": (480, 2400, False), "high": (240, 960, False), "urgent": (60, 480, True)}
CHECKLISTS = {
    "Damaged goods": ["Ask for a photo", "Check what the carrier has noted", "Offer another one or the money back"],
    "Return": ["Check that the goods may be returned", "Send the label", "Look at what came back", "Pay back"],
}
TEXTS = (
    ("answer", "Greeting", "", "Dear {first_name},\n\nthank you for writing to us.\n\nKind regards\n{agent}"),
    ("answer", "Parcel is looked for", "Delivery", "Dear {first_name},\n\nwe have asked the carrier where your parcel "
     "is and write to you as soon as we know. You find everything under {case_number}."),
    ("answer", "Please send a photo", "Damaged goods", "Dear {first_name},\n\nplease send us a photo of what is "
     "broken; you can add it to your answer under {case_number}."),
    ("note", "Called back, nobody there", "", "Called back, nobody answered; will try again tomorrow."),
    ("contact", "Asked for the state of an order", "", "{name} asked where the order is."),
)  # fmt: skip


def add(w: Work, teams: Mapping[str, int], topics: list[str]) -> int:
    """The rows, where there are none yet of the kind; how many. `topics` name the team each goes to by `teams`."""
    if w.session.exec(select(Topic.id).limit(1)).first() is not None:
        return 0
    service = teams.get("service")
    about = [Topic(name=name, team_id=service) for name in topics]
    w.session.add_all(about)
    w.session.flush()
    numbers = {topic.name: topic.id for topic in about}
    lead = w.session.get(Team, service) if service else None
    rows: list[SQLModel] = [
        ServiceLevel(priority=priority, answer_minutes=answer, resolve_minutes=resolve, to_lead=late)
        for priority, (answer, resolve, late) in TIMES.items()
    ]
    rows += [ChecklistTemplate(name=n, topic_id=numbers.get(n), items=steps) for n, steps in CHECKLISTS.items()]
    rows += [TextModule(kind=kind, name=name, about=topic, body=body) for kind, name, topic, body in TEXTS]
    rows += [
        Macro(name="I take it", actions={"to_me": True, "next_step": "We look into it."}),
        Macro(name="Ask for a photo", actions={"answer": TEXTS[2][3], "state": "waiting"}),
        Macro(name="Hand to the service team", actions={"team_id": lead.id, "priority": "high"} if lead else {}),
    ]
    w.session.add_all(rows)
    w.session.flush()
    n = len(rows) + len(about)
    audit.record(w, "demo.case_rules", "service_level", after={"rows": n})
    return n
