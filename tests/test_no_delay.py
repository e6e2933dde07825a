"""Small messages of a page leave at once, although the server is handed a socket that does not say so."""

import asyncio
import socket

from api.no_delay import without_delay


async def accepted(*, without: bool) -> int:
    """Whether a connection to a socket bound as the server binds it may not hold small messages back."""
    loop = asyncio.get_running_loop()
    if without:
        without_delay(loop)
    option: asyncio.Future[int] = loop.create_future()

    class Noting(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            connection = transport.get_extra_info("socket")
            option.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    with socket.socket(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        server = await loop.create_server(Noting, sock=listening)
        _reader, writer = await asyncio.open_connection(*listening.getsockname())
        found = await option
        writer.close()
        server.close()
    return found


def test_a_page_is_not_held_back_until_the_browser_has_acknowledged_its_beginning() -> None:
    assert asyncio.run(accepted(without=True))


def test_without_our_care_it_would_be() -> None:
    """When this fails, Python or the server takes care by itself, and api/no_delay.py can go."""
    assert not asyncio.run(accepted(without=False))
