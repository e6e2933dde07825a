"""Every widget that could write, switched off, while staff see a customer's pages as the customer sees them.

The pages are the very same code, so it happens where their elements leave for the browser: whatever can be disabled is,
but for filters that live in the address and only show. A new widget is off until somebody says otherwise. This is for
the eyes; that nothing is written holds by `services.work`, which refuses an actor that may only read.
"""

from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

_FROZEN = "_rapport_frozen"
#: They only lead somewhere, or only show.
MAY_STAY = frozenset({"page_link", "link_button", "dataframe"})


def freeze() -> None:
    """From here on in this run."""
    context = _context()
    if context is None or context.get(_FROZEN):
        return
    run: Any = get_script_run_ctx()
    send = run.enqueue

    def enqueue(message: ForwardMsg) -> None:
        switch_off(message)
        send(message)

    context[_FROZEN] = True
    context["enqueue"] = enqueue


def thaw() -> None:
    """The run of somebody who acts."""
    context = _context()
    if context is not None and context.pop(_FROZEN, False):
        context.pop("enqueue", None)


def is_frozen() -> bool:
    """Whether widgets of this run are switched off; for components of our own, which have a switch of their own."""
    context = _context()
    return bool(context and context.get(_FROZEN))


def _context() -> dict[str, Any] | None:
    """What Streamlit keeps for the thread of this run. It outlives the run, hence `thaw` at the start of each."""
    run = get_script_run_ctx(suppress_warning=True)
    return None if run is None else vars(run)


def switch_off(message: ForwardMsg) -> None:
    """Disable the widget that this message draws, if it is one that may act."""
    if message.WhichOneof("type") != "delta" or message.delta.WhichOneof("type") != "new_element":
        return
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    widget: Any = getattr(element, kind) if kind else None
    fields = getattr(widget, "DESCRIPTOR", None)
    if fields is None or kind in MAY_STAY or "disabled" not in fields.fields_by_name:
        return
    filters = "query_param_key" in fields.fields_by_name and widget.query_param_key
    if not filters:
        widget.disabled = True
