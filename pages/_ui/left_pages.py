"""A part of a page that was left never brings the page back.

Somebody types into a field and clicks a link at once: the browser asks for the new page first and then, as the field
loses the cursor, for the part of the old page with the field. Streamlit runs the part when the new page is drawn and
announces it under the old page. The browser then clears the new page and, as the part is gone, shows nothing at all.
"""

from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

SENDER = "_enqueue_forward_msg"


def stay() -> None:
    """From now on a run of parts is announced under the page that is shown, whichever it was asked from. Once only.

    What the browser shows is read from what it is sent. The session's own note of the page is no help: while the first
    run of a tab goes on, it is not the page yet that the address led to.
    """
    send = getattr(AppSession, SENDER)
    if hasattr(send, "__wrapped__"):
        return

    shown: WeakKeyDictionary[AppSession, str] = WeakKeyDictionary()

    @wraps(send)
    def sent(self: AppSession, msg: ForwardMsg, *rest: Any, **named: Any) -> None:
        kind = msg.WhichOneof("type")
        if kind == "navigation":
            shown[self] = msg.navigation.page_script_hash
        elif kind == "new_session" and msg.metadata.run.fragment_ids:
            msg.new_session.page_script_hash = shown.get(self, msg.new_session.page_script_hash)
        elif kind == "new_session":
            shown[self] = msg.new_session.page_script_hash
        send(self, msg, *rest, **named)

    setattr(AppSession, SENDER, sent)
