"""Real HTTP servers on loopback for WSGI applications, each on a free port."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 (werkzeug's name)
        """Say nothing: a test prints only what it finds."""


def free_port(host: str) -> int:
    with socket.socket() as unbound:
        unbound.bind((host, 0))
        return unbound.getsockname()[1]


@contextmanager
def serving(host: str, create: Callable[[str], Any]) -> Iterator[Any]:
    """Serve `create(url)` on `host` until the block ends; gives what `create` made."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, 0))
        listener.listen(256)
        port = listener.getsockname()[1]
        application = create(f"http://{host}:{port}")
        server = make_server(
            host,
            port,
            application,
            threaded=True,
            request_handler=_QuietHandler,
            fd=listener.fileno(),
        )
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield application
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
