"""The document of our HTTP is OpenAPI, is whole, and says what the code says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from history.query import MAX_SERIES, SPLITS, UNITS, BadQueryError, HistoryQuery
from intake.access.webhook import NAME as ORIGIN
from intake.bodies.cloudevents import MOST_CLOUDEVENTS
from intake.bodies.http_request import WHOLE_SECONDS
from intake.bodies.media import KINDS
from intake.ids import LONGEST_KEY
from intake.request import MOST_STREAMED, MOST_WHOLE
from intake.split import MOST_EVENTS
from page.contracts.contract_routes import PAGE
from page.contracts.readable_page import readable
from page.contracts.schema_bundle import bundled
from page.relay_routes import MAX_QUERY
from reading.relay import MAX_ANSWER
from reporting.history_http import FORMATS
from reporting.report_http import DEFAULT_SAMPLES, MAX_LIMIT, MAX_WAIT
from tests.api.openapi_document import OPENAPI, operations
from usual import usual_query
from usual.usual_query import UsualQuery, parse_usual

MIB = 1024 * 1024
SEND = OPENAPI["paths"]["/eventos"]["post"]
USUAL = OPENAPI["paths"]["/reporte/habitual"]["get"]
PARAMETERS = OPENAPI["components"]["parameters"]


def test_it_is_openapi() -> None:
    """A validator of others accepts it, as it is served."""
    validate(OPENAPI)


def test_nothing_is_left_outside() -> None:
    """A program needs no second file: each pointer leads to a place in the document."""
    pointers = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(OPENAPI)))

    assert pointers
    assert not [pointer for pointer in pointers if not pointer.startswith("#/components/")]


def test_components_are_used() -> None:
    """What nobody points at is not there."""
    text = json.dumps({**OPENAPI, "components": {**OPENAPI["components"], "securitySchemes": {}}})
    unused = [
        f"{kind}/{name}"
        for kind in ("schemas", "parameters", "headers", "responses")
        for name in OPENAPI["components"][kind]
        if f'"#/components/{kind}/{name}"' not in text
    ]

    assert not unused


def test_examples_are_what_they_are_examples_of() -> None:
    """Each body that is shown is one of its schema."""
    for media in SEND["requestBody"]["content"].values():
        examples = [one["value"] for one in media.get("examples", {}).values()]
        examples += [media["example"]] if "example" in media else []
        whole = {**media["schema"], "components": OPENAPI["components"]}
        for example in examples:
            Draft202012Validator(whole).validate(example)


def schema(parameter: str) -> dict[str, Any]:
    found: dict[str, Any] = PARAMETERS[parameter]["schema"]
    return found


def test_parameters_have_the_codes_bounds() -> None:
    """What is refused beyond is refused by the document, too."""
    assert schema("Limit")["maximum"] == schema("Limit")["default"] == MAX_LIMIT
    assert schema("SampleLimit")["maximum"] == MAX_LIMIT
    assert schema("SampleLimit")["default"] == DEFAULT_SAMPLES
    assert schema("Series")["maximum"] == MAX_SERIES
    assert schema("Series")["default"] == HistoryQuery().limite
    assert schema("PageSize")["maximum"] == schema("PageSize")["default"] == MAX_LIMIT
    assert schema("SeriesPage")["maximum"] == MAX_SERIES
    assert schema("SeriesPage")["default"] == UsualQuery().limite
    assert schema("Kind")["enum"] == list(usual_query.KINDS)
    assert schema("Split")["enum"] == list(SPLITS)
    assert schema("Split")["default"] == HistoryQuery().por
    assert schema("Format")["enum"] == list(FORMATS)
    key = next(one for one in SEND["parameters"] if one["name"] == "Idempotency-Key")
    assert key["schema"]["maxLength"] == LONGEST_KEY
    (origin,) = OPENAPI["paths"]["/eventos"]["options"]["parameters"]
    assert ORIGIN.fullmatch("x" * origin["schema"]["maxLength"])
    assert not ORIGIN.fullmatch("x" * (origin["schema"]["maxLength"] + 1))


def test_the_wait_has_the_codes_bound() -> None:
    """The longest wait that is granted is one, and a longer one none."""
    granted = OPENAPI["components"]["headers"]["PreferenceApplied"]["schema"]["pattern"]

    seconds = [n for n in range(100) if re.fullmatch(granted, f"wait={n}")]
    assert seconds == list(range(1, MAX_WAIT + 1))


@pytest.mark.parametrize(
    "veces", ["1", "9.999", "10", "10.000", "03", "0", "0.9", "00", "10.001", "11", "1.", "1.0001"]
)
def test_a_band_is_as_wide_as_may_be_asked_for(veces: str) -> None:
    """What the code takes as a width is what the document says."""
    try:
        taken = parse_usual([("veces", veces)]).veces == float(veces)
    except BadQueryError:
        taken = False

    assert bool(re.search(schema("Times")["pattern"], veces)) == taken


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (SEND["responses"]["413"]["description"], f"{MOST_EVENTS:,} of an array"),
        (SEND["responses"]["413"]["description"], f"{MOST_CLOUDEVENTS:,} of a batch"),
        (SEND["responses"]["408"]["description"], f"{WHOLE_SECONDS:.0f} s"),
        (SEND["requestBody"]["description"], f"{MOST_WHOLE // MIB} MiB"),
        (SEND["requestBody"]["description"], f"{MOST_STREAMED // MIB} MiB"),
        (USUAL["description"], f"at most {usual_query.MOST_STEPS_EACH} steps"),
        (USUAL["description"], f"at most {usual_query.MOST_SECONDS // UNITS['d']}d"),
        (PARAMETERS["Times"]["description"], f"{UsualQuery().veces:g} when it is not given"),
        (OPENAPI["paths"]["/panel/historia"]["get"]["description"], f"{MAX_QUERY} bytes"),
        (OPENAPI["paths"]["/panel/historia"]["get"]["description"], f"{MAX_ANSWER // MIB} MiB"),
        (PARAMETERS["Prefer"]["description"], f"to {MAX_WAIT} seconds"),
    ],
)
def test_prose_has_the_codes_limits(text: str, limit: str) -> None:
    """What no schema says is said in words."""
    assert limit in text


def test_all_types_are_told() -> None:
    """Each type that the intake takes a body of, and no other."""
    assert set(SEND["requestBody"]["content"]) == KINDS.keys() - {""}


def test_a_schema_that_is_not_there() -> None:
    """A pointer into nothing ends the start, and not a reader."""
    with pytest.raises(ValueError, match="no such schema: nada"):
        bundled({"x": {"$ref": "schemas/nada.schema.json"}}, {})
    with pytest.raises(ValueError, match="uno"):
        bundled({"components": {"schemas": {"uno": {}}}}, {"uno": {}})


def test_schemas_that_need_each_other() -> None:
    """Only what is needed comes along, whatever it needs, and points to where that is then."""
    schemas = {
        "uno": {"$id": "uno.schema.json", "$ref": "parts.json#/definitions/dos"},
        "dos": {"items": {"$ref": "uno.schema.json"}, "not": {"$ref": "#/items"}},
        "tres": {},
    }

    whole = bundled({"x": {"$ref": "schemas/uno.schema.json"}}, schemas)

    home = "#/components/schemas/"
    assert whole == {
        "x": {"$ref": f"{home}uno"},
        "components": {
            "schemas": {
                "uno": {"$ref": f"{home}dos"},
                "dos": {"items": {"$ref": f"{home}uno"}, "not": {"$ref": f"{home}dos/items"}},
            }
        },
    }


def test_the_readable_page_is_whole() -> None:
    """It has each operation and schema, each link on it finds something, and no host is named."""
    page = readable(OPENAPI, ["openapi.json"])

    for path, method in operations():
        assert f"<h3><code>{method.upper()} {path}</code></h3>" in page
    ids = set(re.findall(r" id='([^']*)'", page))
    assert {f"schemas-{name}" for name in OPENAPI["components"]["schemas"]} <= ids
    links = set(re.findall(r"(?:href|src)=['\"]([^'\"]*)", page))
    assert {link[1:] for link in links if link.startswith("#")} - {"content"} <= ids
    assert {link for link in links if not link.startswith("#")} <= {
        *("./", "../openapi.json", "./static/icons/live.svg", "./static/js/early.js"),
        *("./static/css/theme.css", "./static/css/contracts.css"),
    }
    assert f"/panel{PAGE}" in OPENAPI["paths"]
