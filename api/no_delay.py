"""Small answers leave at once.

A page goes out as several small messages. asyncio turns the delaying of small segments off only for sockets that name
their protocol, and the server's listening socket does not; the second message then waits until the browser has
acknowledged the first, which it does not hurry to do (40 ms and more). Connections inherit the option of the socket
they arrive at.
"""

import asyncio
import socket
from functools import wraps
from typing import Any


def without_delay(loop: asyncio.AbstractEventLoop) -> None:
    """Turn the delay off on every listening socket that this loop is given from now on."""
    create_server = loop.create_server

    @wraps(create_server)
    async def created(*args: Any, **options: Any) -> asyncio.Server:
        listening = options.get("sock")
        if listening is not None and listening.family in (socket.AF_INET, socket.AF_INET6):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server: asyncio.Server = await create_server(*args, **options)
        return server

    vars(loop)["create_server"] = created
