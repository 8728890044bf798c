from __future__ import annotations

import asyncio
import subprocess
import sys

from tests.chain_stack import Chain
from tests.stack import ROOT


async def rechazados(chain: Chain, *arguments: str, code: int = 0) -> str:
    """Run servicio-analiticas/rechazados.py beside the chain's analytics; return its report."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(ROOT / "servicio-analiticas" / "rechazados.py"), *arguments],
        env={**chain.amqp_settings, "STORE_PATH": str(chain.store_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout
