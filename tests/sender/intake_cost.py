"""
What a request costs the intake: processor time of small POSTs, memory of many large ones.

`python tests/sender/intake_cost.py` (PYTHONPATH=.:local:sender) prints it; 20 seconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.broker_stack import Broker
from tests.sender.intake_service import Service, serving
from tests.sender.test_intake_memory import LINES, flood, peak, resident

BODY = b'{"cliente":"a","evento":"ab"}'
POST = b"POST /eventos HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b"
CONNECTIONS, POSTS = 8, 500


def small(service: Service) -> str:
    """Microseconds of the process for one of many small POSTs."""
    pid = service.entrada.pid
    before = processor_seconds(pid)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        taken = sum(pool.map(post_all, [service.port] * CONNECTIONS))
    spent = processor_seconds(pid) - before
    return f"{taken} small POSTs taken, {spent / taken * 1e6:.0f} us of processor time each"


def post_all(port: int) -> int:
    taken = 0
    with socket.create_connection(("127.0.0.1", port)) as plain:
        for _ in range(POSTS):
            plain.sendall(POST % (len(BODY), BODY))
            heard = b""
            while not heard.endswith(b"]}"):
                heard += plain.recv(65536)
            taken += heard.startswith(b"HTTP/1.1 202")
    return taken


def large(service: Service, size: int) -> str:
    """How much the process grew, at its peak, while so many sent 1.8 MB each."""
    pid = service.entrada.pid
    before = resident(pid)
    answers = Counter(answer.decode() for answer in asyncio.run(flood(service.port, size, LINES)))
    return f"{size} bodies at once: {(peak(pid) - before) / 1000:.0f} MB more, {dict(answers)}"


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(broker: Broker, folder: Path) -> None:
    with broker.virtual_host() as vhost, serving(vhost, folder) as service:
        for told in (small(service), small(service), large(service, 200), large(service, 600)):
            print(told)  # noqa: T201


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder)).at_work() as broker:
        run(broker, Path(folder))


if __name__ == "__main__":
    main()
