"""
Becomes another program, which dies with its parent: `start_part.py PROGRAM ARGUMENT…`.

On Linux the kernel then kills it when the parent dies, so that no part survives who would
restart it and keeps its port or its store from the next `make run`. Elsewhere it only starts.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("the parent died before it could be watched")
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606


if __name__ == "__main__":
    main()
