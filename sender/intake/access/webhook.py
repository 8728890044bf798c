"""
The handshake by which senders of CloudEvents ask whether they may deliver here.

HTTP 1.1 Web Hooks for Event Delivery 1.0.2, section 4. It protects others from being flooded in
our name, and gives no right: who delivers needs a key then.
"""

from __future__ import annotations

import re

from werkzeug.datastructures import Headers

from intake.access.problem import bad_request

REQUEST_ORIGIN = "WebHook-Request-Origin"
NAME = re.compile(r"[!-~]{1,255}")


def permission(headers: Headers, per_minute: int) -> dict[str, str]:
    """
    Return the answer's headers; *per_minute* is how many requests one may make, 0: any number.

    Raises ProblemError (400) for an origin that is no name.
    """
    origin = headers[REQUEST_ORIGIN].strip()
    if not NAME.fullmatch(origin):
        raise bad_request(f"{REQUEST_ORIGIN}: must be a name of 1 to 255 ASCII characters")
    return {
        "Allow": "POST",
        "WebHook-Allowed-Origin": origin,
        "WebHook-Allowed-Rate": str(per_minute or "*"),
    }
