"""Every route is documented, and every documented one is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, cast

from quart import Quart

from page.contracts.contract_documents import DOCUMENTS
from page.contracts.contract_routes import add_contracts
from page.panel_http import create_app as create_panel
from push.access.origin_rule import OriginRule
from push.hub import Hub
from reading.relay import Relay
from reporting.client_http import add_client
from reporting.history_http import add_history
from reporting.report_http import create_app as create_reports
from reporting.usual_http import add_usual
from tests.api.openapi_document import CONTRACTS, OPENAPI, operations
from tests.stack import ROOT

Routes = set[tuple[str, str]]

INSIDE = {"/livez", "/readyz"}
"""What the services behind the proxy have beside it, for whoever keeps them running."""
SAME = {"/eventos/": "/eventos"}
REDIRECTS: Routes = {("/", "get"), ("/panel", "get")}
"""The proxy's own."""
NOT_HTTP = {"push"}
"""In asyncapi.json."""
NOT_SERVED = {"strangers", "strangers-at-the-dashboard", "nothing", "dashboard", "start-otherwise"}


def routes_of(app: Quart) -> Routes:
    return {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }


def reports() -> Routes:
    nothing = cast("Any", None)
    app = create_reports(nothing, nothing)
    add_client(app, nothing, nothing)
    add_history(app, nothing)
    add_usual(app, nothing)
    return {(path, method) for path, method in routes_of(app) if path not in INSIDE}


def panel() -> Routes:
    nothing = cast("Any", None)
    app = create_panel(Path(), Hub(OriginRule(1)), nothing, Relay(["http://127.0.0.1:9"]))
    add_contracts(app, dict.fromkeys(DOCUMENTS, OPENAPI))
    served = {(f"/{name}", "get") for name in DOCUMENTS}
    return {
        route if route in served else (f"/panel{route[0]}", route[1]) for route in routes_of(app)
    }


def intake() -> Routes:
    """What its `match` takes: a path, or one of several, and a method."""
    tree = ast.parse((ROOT / "sender/intake/http.py").read_text())
    found = {
        (SAME.get(path, path), method.lower())
        for case in ast.walk(tree)
        if isinstance(case, ast.match_case) and isinstance(case.pattern, ast.MatchSequence)
        for path in texts(case.pattern.patterns[0])
        for method in texts(case.pattern.patterns[1])
    }
    return {(path, method) for path, method in found if path not in INSIDE}


def texts(pattern: ast.pattern) -> list[str]:
    constants = (node for node in ast.walk(pattern) if isinstance(node, ast.Constant))
    return [str(node.value) for node in constants]


def test_every_route_is_documented() -> None:
    """And every documented one is there, with its methods; HEAD goes without saying."""
    assert reports()
    assert intake()

    assert reports() | panel() | intake() | REDIRECTS == operations()


def test_the_proxy_leads_to_every_route() -> None:
    """Each documented path is within a rule of the proxy, and each rule leads to one."""
    text = (ROOT / "reverse-proxy/routes.yml").read_text()
    rules = dict(
        re.findall(r"^    ([\w-]+):\n(?:      [^\n]*\n)*?      rule: ([^\n]*)", text, re.MULTILINE)
    )
    paths = OPENAPI["paths"].keys()
    served = {
        router: {path for path in paths if leads(rule, path)}
        for router, rule in rules.items()
        if router not in NOT_SERVED | NOT_HTTP
    }

    assert rules.keys() >= NOT_SERVED | NOT_HTTP
    assert set().union(*served.values()) == paths
    assert all(served.values())


def leads(rule: str, path: str) -> bool:
    exact = re.findall(r"(?<!Prefix)\bPath\(`([^`]*)`\)", rule)
    return path in exact or path.startswith(tuple(re.findall(r"PathPrefix\(`([^`]*)`\)", rule)))


def test_both_documents_are_there() -> None:
    """What is served is a file, and what is a document is served."""
    assert {path.name for path in CONTRACTS.glob("*api.json")} == set(DOCUMENTS)
