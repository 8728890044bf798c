"""An OpenAPI document as a page of HTML, without a script and without anything from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from page.contracts.html_parts import compact, prose, table, text_of

Object = Mapping[str, Any]

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="./static/icons/live.svg">
<script src="./static/js/early.js"></script>
<link rel="stylesheet" href="./static/css/theme.css">
<link rel="stylesheet" href="./static/css/contracts.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>"""
ANSWER = ("status", "when", "type: schema", "headers")


def readable(document: Object, names: Iterable[str]) -> str:
    """*names* are the files that programs may read, which lie one folder above the page."""
    return "\n".join(_page(document, names))


def _page(document: Object, names: Iterable[str]) -> Iterator[str]:
    info = document["info"]
    yield HEAD.format(title=escape(f"{info['title']}: contracts"))
    links = [f'<a href="../{escape(name)}">/{escape(name)}</a>' for name in names]
    yield f"<header><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield f"<p>For programs: {', '.join(links)}. For people: <a href='./'>the page</a>.</p>"
    yield "</header>"
    yield "<nav aria-label='Operations'><ul>"
    for _, path, method, operation in _operations(document):
        yield f"<li><a href='#{escape(operation['operationId'])}'>"
        yield f"<code>{method} {escape(path)}</code></a> {text_of(operation['summary'])}</li>"
    yield "</ul></nav><main id='content' tabindex='-1'>"
    yield prose(info["description"])
    yield from _tags(document)
    yield "<section id='answers'><h2>Answers as elsewhere</h2>"
    yield table(ANSWER, _shared(document))
    yield "</section><section><h2>Who may</h2>"
    yield table(("scheme", "what it is"), _schemes(document))
    yield "</section><section><h2>Schemas</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield from _schema(name, schema)
    yield "</section></main></body></html>"


def _tags(document: Object) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"<section><h2>{escape(tag['name'])}</h2>{prose(tag['description'])}"
        for name, path, method, operation in _operations(document):
            if name == tag["name"]:
                yield from _operation(document, path, method, operation)
        yield "</section>"


def _operations(document: Object) -> Iterator[tuple[str, str, str, Object]]:
    """Tag, path, method and operation of each."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield operation["tags"][0], path, method.upper(), operation


def _operation(document: Object, path: str, method: str, operation: Object) -> Iterator[str]:
    yield f"<article id='{escape(operation['operationId'])}'>"
    yield f"<h3><code>{method} {escape(path)}</code></h3>"
    yield prose(f"{operation['summary']}. {operation.get('description', '')}")
    if given := [_resolved(document, one) for one in operation.get("parameters", ())]:
        yield "<h4>Parameters</h4>"
        yield table(("name", "in", "schema", "what it is"), map(_parameter, given))
    if body := operation.get("requestBody"):
        yield f"<h4>Body</h4>{prose(body['description'])}"
        yield table(("type", "schema"), _media(body["content"]))
    yield "<h4>Answers</h4>"
    answers = operation["responses"].items()
    rows = [_answer(code, answer) for code, answer in answers if "$ref" not in answer]
    yield table(ANSWER, rows)
    also = [_link(code, answer["$ref"]) for code, answer in answers if "$ref" in answer]
    yield f"<p>As elsewhere: {', '.join(also)}.</p></article>"


def _parameter(given: Object) -> tuple[str, ...]:
    name = f"<code>{escape(given['name'])}</code>"
    required = " (required)" if given.get("required") else ""
    return name, given["in"] + required, _short(given["schema"]), text_of(given["description"])


def _media(content: Object) -> Iterator[tuple[str, str]]:
    for name, media in content.items():
        yield f"<code>{escape(name)}</code>", _short(media["schema"])


def _answer(code: str, answer: Object) -> tuple[str, ...]:
    kinds = "<br>".join(f"{name}: {what}" for name, what in _media(answer.get("content", {})))
    headers = ", ".join(f"<code>{escape(name)}</code>" for name in answer.get("headers", ()))
    return escape(code), text_of(answer["description"]), kinds, headers


def _shared(document: Object) -> Iterator[tuple[str, ...]]:
    """The answers that several operations point at, each where the pointers lead."""
    for name, answer in document["components"]["responses"].items():
        _, *cells = _answer(name, answer)
        yield f"<span id='responses-{escape(name)}'>{escape(name)}</span>", *cells


def _schemes(document: Object) -> Iterator[tuple[str, str]]:
    for name, scheme in document["components"]["securitySchemes"].items():
        yield f"<code>{escape(name)}</code>", text_of(scheme["description"])


def _schema(name: str, schema: Object) -> Iterator[str]:
    text = compact({key: one for key, one in schema.items() if key != "examples"})
    label = f"tabindex='0' role='region' aria-label='{escape(name)}'"
    yield f"<details id='schemas-{escape(name)}'><summary><code>{escape(name)}</code>"
    yield f"{text_of(schema.get('description', ''))}</summary>"
    yield f"<pre {label}><code>{escape(text)}</code></pre></details>"


def _short(schema: Object) -> str:
    """A schema in a cell: by its name, or as it is."""
    if pointer := schema.get("$ref"):
        return _link(pointer.rpartition("/")[2], pointer)
    if choice := schema.get("anyOf"):
        return " or ".join(map(_short, choice))
    said = {key: one for key, one in schema.items() if key not in ("description", "contentSchema")}
    return f"<code>{escape(json.dumps(said, ensure_ascii=False))}</code>"


def _link(text: str, pointer: str) -> str:
    return f"<a href='#{_anchor(pointer)}'>{escape(text)}</a>"


def _anchor(pointer: str) -> str:
    """Where on the page a component is, by its kind and name."""
    return escape("-".join(pointer.split("/")[-2:]))


def _resolved(document: Object, value: Object) -> Object:
    if "$ref" not in value:
        return value
    found: Any = document
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return _resolved(document, found)
