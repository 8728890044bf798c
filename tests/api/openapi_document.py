"""contracts/openapi.json as it is served: with the schemas in it."""

from __future__ import annotations

from typing import Any

from page.contracts.contract_documents import READABLE, read_documents
from tests.stack import ROOT

CONTRACTS = ROOT / "contracts"
OPENAPI: dict[str, Any] = read_documents(CONTRACTS)[READABLE]


def operations() -> set[tuple[str, str]]:
    """Path and method of each that is documented."""
    return {(path, method) for path, item in OPENAPI["paths"].items() for method in item}
