"""Sends events by HTTP until they are safe: python send.py [http://127.0.0.1:8080/eventos]"""

import json
import random
import sys
import time
import uuid
from urllib.request import Request, urlopen

WAITS = [min(0.1 * 2**n, 10) for n in range(30)]  # two minutes in all, more or less


def send(url, events):
    """Return what was answered, once *events* are safe; raises OSError when they may be lost."""
    key = str(uuid.uuid4())  # one for all attempts: however often they arrive, they count once
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    request = Request(url, json.dumps(events).encode(), headers)
    for wait in WAITS:
        try:
            return json.load(urlopen(request, timeout=20))
        except OSError as error:
            if is_final(error):
                raise
            print(f"{error}; trying again", file=sys.stderr, flush=True)
        time.sleep(random.uniform(0, wait))
    return json.load(urlopen(request, timeout=20))


def is_final(error):
    """Whether it would be refused again. A 404 may be that of a proxy that is only starting."""
    status = getattr(error, "code", 0)
    is_problem = status and error.headers.get_content_type() == "application/problem+json"
    return 400 <= status < 500 and status not in (408, 429) and (status != 404 or is_problem)


if __name__ == "__main__":
    there = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/eventos"
    print(json.dumps(send(there, [{"cliente": "ejemplo", "evento": "compra"}])))
