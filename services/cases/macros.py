"""Macros: several changes under one name, made to one case or to many. Each case takes all of them or none.

`actions` is a document with some of: state, priority, topic, next_step (words), team_id, owner_id (numbers), to_me,
checklist_id, answer (words to the customer, with the places of text modules).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel, col, select

from db.models import CaseState, ChecklistTemplate, Macro, Message, Role, Team
from services import access, audit, contact_words, due, teams
from services.cases import checklists, topics
from services.cases.changing import CaseChange, apply, stand
from services.cases.rules import PRIORITIES, case_number, family, held, priority_in_words, root_of
from services.cases.thread import MOST_WORDS, NewAnswer, write
from services.errors import Conflict, Invalid, NotFound, RapportError
from services.inputs import line, paragraph
from services.text import _
from services.text_modules.filling import unknown_places, with_names
from services.work import Work

MOST_CASES = 200


class Actions(SQLModel):
    """What a macro does; what is empty stays as it is."""

    state: CaseState | None = None
    priority: str = ""
    topic: str = ""
    next_step: str = ""
    team_id: int | None = None
    owner_id: int | None = None
    to_me: bool = False
    checklist_id: int | None = None
    answer: str = ""


@dataclass(frozen=True)
class Affected:
    """A case that a macro would change; `last_message` goes back to `run`, so that nobody answers unread words."""

    id: int
    number: str
    subject: str
    last_message: int


@dataclass(frozen=True)
class Done:
    """How it went with one case: the refusal in words, or nothing."""

    id: int
    number: str
    refused: str


def offered(w: Work, *, retired: bool = False) -> list[Macro]:
    """The macros by name; with `retired` also those that are offered no more. Staff only."""
    w.require(Role.STAFF)
    rows = select(Macro).order_by(col(Macro.retired_at).is_not(None), Macro.name)
    return list(w.session.exec(rows if retired else rows.where(col(Macro.retired_at).is_(None))))


def save(w: Work, name: str, actions: Actions, *, macro_id: int | None = None, retired: bool = False) -> Macro:
    """A new macro, or another content of one. Managers only. Raises Invalid, Conflict, NotFound."""
    w.require(Role.MANAGER)
    clean = line(name, _("Name"), 120)
    same = w.session.exec(select(Macro).where(Macro.name == clean)).one_or_none()
    if same is not None and same.id != macro_id:
        raise Conflict(_("There is a macro of this name already."))
    row = Macro(name=clean) if macro_id is None else w.session.get(Macro, macro_id)
    if row is None:
        raise NotFound(_("macro"))
    before = audit.snapshot(row) if macro_id is not None else {}
    row.name, row.actions = clean, _checked(w, actions)
    row.retired_at = (row.retired_at or w.now) if retired else None
    w.session.add(row)
    w.session.flush()
    audit.record(w, "cases.macro", "macro", row.id, before=before, after=audit.snapshot(row))
    return row


def described(w: Work, macro: Macro) -> list[str]:
    """What it does, in plain words, one sentence each."""
    act, told = Actions.model_validate(macro.actions), []
    if act.answer:
        told.append(_("writes to the customer: “{text}”").format(text=act.answer))
    if act.state:
        told.append(_("state: {state}").format(state=contact_words.case_state(act.state)))
    if act.priority:
        told.append(_("priority: {priority}").format(priority=priority_in_words(act.priority)))
    if act.topic:
        told.append(_("topic: {topic}").format(topic=act.topic))
    if act.team_id:
        team = w.session.get(Team, act.team_id)
        told.append(_("team: {team}").format(team=team.name if team else _("former team")))
    if act.to_me or act.owner_id:
        owner = _("you") if act.to_me else due.colleagues(w).get(act.owner_id or 0, _("former colleague"))
        told.append(_("owner: {name}").format(name=owner))
    if act.next_step:
        told.append(_("next step: {step}").format(step=act.next_step))
    if act.checklist_id:
        template = w.session.get(ChecklistTemplate, act.checklist_id)
        told.append(_("checklist: {name}").format(name=template.name if template else ""))
    return told


def preview(w: Work, case_ids: list[int]) -> list[Affected]:
    """The cases as they stand, before a macro is run over them. Staff only. Raises NotFound, Invalid."""
    w.require(Role.STAFF)
    if not 0 < len(case_ids) <= MOST_CASES:
        raise Invalid(_("Cases"), _("choose 1 to {most}").format(most=MOST_CASES))
    found = []
    for number in dict.fromkeys(root_of(w, access.case(w, i).id) for i in case_ids):
        case = access.case(w, number)
        newest = select(Message.id).where(col(Message.case_id).in_(family(w, number))).order_by(col(Message.id).desc())
        found.append(Affected(number, case_number(number), case.subject, w.session.exec(newest.limit(1)).first() or 0))
    return found


def run(w: Work, macro_id: int, last_messages: Mapping[int, int], key: str) -> list[Done]:
    """Make the changes to each case; a case that refuses stays as it was and says why. Staff only. Raises NotFound.

    `last_messages` are those of `preview` by case; `key` names the form, so that the same form again sends no second
    answer.
    """
    w.require(Role.STAFF)
    macro = w.session.get(Macro, macro_id)
    if macro is None or macro.retired_at is not None:
        raise NotFound(_("macro"))
    if not 0 < len(last_messages) <= MOST_CASES:
        raise Invalid(_("Cases"), _("choose 1 to {most}").format(most=MOST_CASES))
    actions, done = Actions.model_validate(macro.actions), []
    for number in sorted(last_messages):  # always in one order, so that two runs cannot block each other
        refused = ""
        try:
            with w.session.begin_nested():
                _one(w, actions, number, last_messages[number], f"macro:{macro_id}:{key}:{number}")
        except RapportError as refusal:
            refused = str(refusal)
        done.append(Done(number, case_number(number), refused))
    after = {"macro": macro.name, "cases": [d.id for d in done if not d.refused]}
    audit.record(w, "cases.run_macro", "macro", macro_id, after=after)
    return done


def _one(w: Work, act: Actions, case_id: int, last_message: int, key: str) -> None:
    case = held(w, case_id)
    if act.checklist_id:
        checklists.add(w, case.id, act.checklist_id)
    team_id = act.team_id or case.team_id
    owner_id = w.actor.staff_id if act.to_me else act.owner_id or case.owner_id
    change = CaseChange(
        seen=stand(case),
        state=case.state,
        owner_id=owner_id,
        team_id=team_id,
        priority=act.priority or case.priority,
        next_step=act.next_step or case.next_step,
        topic=act.topic or None,
    )
    apply(w, case, change)
    if act.answer:
        words = with_names(w, act.answer, customer_id=case.customer_id, case_id=case.id)
        then = act.state or CaseState.WAITING
        write(w, case.id, NewAnswer(idempotency_key=key, text=words, last_seen=last_message, then=then))
    elif act.state and act.state is not case.state:
        apply(w, case, change.model_copy(update={"state": act.state, "topic": None}))


def _checked(w: Work, act: Actions) -> dict[str, Any]:
    if act.priority and act.priority not in PRIORITIES:
        raise Invalid(_("Priority"), _("choose one from the list"))
    words = paragraph(act.answer, _("Answer"), MOST_WORDS, required=False)
    wrong = unknown_places(words)
    if wrong:
        raise Invalid(_("Answer"), _("there is no place called {place}").format(place=", ".join(wrong)))
    if act.team_id is not None:
        teams.offered(w, act.team_id)
    if act.owner_id is not None:
        due.colleague(w, act.owner_id)
    if act.checklist_id is not None and w.session.get(ChecklistTemplate, act.checklist_id) is None:
        raise NotFound(_("checklist"))
    kept = {
        **act.model_dump(mode="json"),
        "answer": words,
        "topic": topics.chosen(w, act.topic),
        "next_step": line(act.next_step, _("Next step"), 400, required=False),
    }
    kept = {name: value for name, value in kept.items() if value not in (None, "", False)}
    if not kept:
        raise Invalid(_("Macro"), _("say what it is to do"))
    return kept
