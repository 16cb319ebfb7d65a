"""The connection of the request that is answered now, to be broken where a test wants that."""

import socket
import struct

from flask import Response, request


def find_connection() -> socket.socket:
    """Find it under either server; raises `ConnectionResetError` under any other."""
    connection = request.environ.get("werkzeug.socket") or request.environ.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        raise ConnectionResetError("The sandbox was told to cut the connection.")
    return connection


def cut_connection() -> Response:
    """Break it; gives an answer that nobody gets."""
    connection = find_connection()
    # Lingering for no time makes the close a reset; shutting down works although the server
    # still has the socket open. Neither server complains when the client is gone.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    return Response(status=500)
