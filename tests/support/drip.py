"""A server that never comes to an end: its answer drips onto the wire, as a broken one's or a bad one's would."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


@contextmanager
def dripping(first: bytes, drop: bytes, every: float) -> Iterator[str]:
    """Sends `first` to whoever calls, then a drop every so many seconds, until they hang up. Yields its address."""
    ended = Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def drip(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.recv(65536)
            line.sendall(first)
            while not ended.wait(every):
                line.sendall(drop)

    def answer() -> None:
        with suppress(OSError):
            while not ended.is_set():
                line, _ = listening.accept()
                Thread(target=drip, args=(line,), daemon=True).start()

    thread = Thread(target=answer)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)  # Wakes whoever waits for a caller.
        listening.close()
        thread.join()
