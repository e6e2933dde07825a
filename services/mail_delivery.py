"""Handing queued mail to the mail server."""

import logging
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from services import clock, outbox
from services.settings import settings
from services.work import SYSTEM, work

LOG = logging.getLogger(__name__)
TIMEOUT_S = 20


def as_message(mail: outbox.Mail, sent_at: datetime) -> EmailMessage:
    """Plain text, and the files of the mail; headers are built by the library, which refuses line breaks in them."""
    message = EmailMessage()
    message["From"] = settings().mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(sent_at.astimezone(UTC))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    for file in mail.files:
        kind, _slash, part = file.content_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=part, filename=file.name)
    return message


def connection(url: str) -> smtplib.SMTP:
    """A connection to `smtp://user:pass@host:port` (STARTTLS where offered) or `smtps://...`, signed in."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_S)
    try:
        server.ehlo()
        if parts.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def deliver_due(most: int = 100) -> int:
    """Send what is due. Returns how many went out. Without a mail server nothing is touched.

    One mail is leased at a time, for a slow server could outlast the lease of a whole batch. The round ends with the
    first mail that has to wait: the server is down or busy, and the other tasks of the worker must not wait for it.
    """
    url = settings().smtp_url
    sent = 0
    while url and sent < most:
        with work(SYSTEM) as w:
            mail = next(iter(outbox.due(w, most=1)), None)
        if mail is None:
            break
        error, for_good = _send(url, mail)
        with work(SYSTEM) as w:
            if error:
                outbox.failed(w, mail.entry_id, error, for_good=for_good)
            else:
                outbox.delivered(w, mail.entry_id)
                sent += 1
        if error and not for_good:
            break
    return sent


def _send(url: str, mail: outbox.Mail) -> tuple[str, bool]:
    """("", False) when the server took it, else the reason and whether trying again is pointless."""
    try:
        server = connection(url)
        try:
            server.send_message(as_message(mail, clock.now()))
        finally:
            with suppress(OSError, smtplib.SMTPException):  # a rude goodbye does not undo that it was taken
                server.quit()
            server.close()
    except smtplib.SMTPRecipientsRefused as refused:
        code, reason = next(iter(refused.recipients.values()))
        return f"{code} {reason!r}", 500 <= code < 600
    except (OSError, smtplib.SMTPException, ValueError) as error:
        LOG.warning("mail %s waits: %s", mail.entry_id, error)
        return f"{type(error).__name__}: {error}", False
    return "", False
