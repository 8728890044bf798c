"""How Hypercorn listens where a service is served by it."""

from __future__ import annotations

import logging

from hypercorn.config import Config, Sockets

from comun.web.connections import Listener


class BoundedConfig(Config):
    """Hypercorn's, for one listening socket that is given to it."""

    def __init__(self, listener: Listener, log: logging.Logger) -> None:
        super().__init__()
        self._listener = listener
        self.backlog = listener.bounds.accepts
        # Without encryption, too, a client may speak HTTP/2: then let it be as one connection each
        self.h2_max_concurrent_streams = 1
        self.include_server_header = False
        self.errorlog = log
        log.setLevel(logging.WARNING)  # "Running on" is not the moment we are ready
        # Longer than any client keeps an idle connection, or its next request meets a closed one.
        self.keep_alive_timeout = 120

    def create_sockets(self) -> Sockets:
        self._listener.setblocking(False)
        return Sockets([], [self._listener], [])
