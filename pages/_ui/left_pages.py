"""A part of a page that was left never brings the page back.

Somebody types into a field and clicks a link at once: the browser asks for the new page first and then, as the field
loses the cursor, for the part of the old page with the field. Streamlit runs the part when the new page is drawn and
announces it under the old page. The browser then clears the new page and, as the part is gone, shows nothing at all.
"""

from functools import wraps
from inspect import signature
from typing import Any

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

HANDLER = "_handle_scriptrunner_event_on_event_loop"


def stay() -> None:
    """From now on a run of parts is announced under the page that is shown, whichever it was asked from. Once only."""
    handle = getattr(AppSession, HANDLER)
    if hasattr(handle, "__wrapped__"):
        return

    takes = signature(handle)

    @wraps(handle)
    def handled(self: AppSession, sender: Any, event: ScriptRunnerEvent, *rest: Any, **named: Any) -> None:
        if event is ScriptRunnerEvent.SCRIPT_STARTED:
            told = takes.bind(self, sender, event, *rest, **named)
            if told.arguments.get("fragment_ids_this_run"):
                told.arguments["page_script_hash"] = self.page_script_hash
            handle(*told.args, **told.kwargs)
        else:
            handle(self, sender, event, *rest, **named)

    setattr(AppSession, HANDLER, handled)
