"""The page's modules lie in rooms by what they do (docs/page.md), as Python's do."""

import re
from pathlib import Path

from tests.code_structure import circle
from tests.page.module_imports import modules, room_edges, room_sizes, used

MAX_FILES, MAX_DEPTH = 14, 2
DOCUMENT = Path(__file__).parents[2] / "docs" / "page.md"


def test_rooms_stay_small() -> None:
    """A room has at most 14 modules, and lies at most two levels below static/js."""
    assert not {room: n for room, n in room_sizes().items() if n > MAX_FILES}
    assert max(room.count("/") + 1 for room in room_sizes()) <= MAX_DEPTH


def test_rooms_import_one_way() -> None:
    """No two rooms need each other, not even by a type, however many others lie between them."""
    assert circle(room_edges()) == []


def test_a_circle_is_seen() -> None:
    """One import back is enough, and the finding names the way round."""
    edges = room_edges()
    assert "history" in edges["model"]
    edges["history"].add("model")

    assert {"history", "model"} <= set(circle(edges))


def test_nothing_imports_the_start() -> None:
    """main.js wires; what another module needs of it belongs into a room."""
    assert not [room for room, others in room_edges().items() if "" in others]


def test_no_module_is_there_for_tests_alone() -> None:
    """The page itself comes to need each of its modules."""
    assert set(modules()) == used()


def test_each_room_says_what_it_is_for() -> None:
    """The document's table has a line for each room, below all that it needs."""
    told = re.findall(r"^\| `([a-z/]+)/` \|", DOCUMENT.read_text(), re.MULTILINE)
    edges = room_edges()

    assert sorted(told) == sorted(edges.keys() - {""})
    assert not [room for k, room in enumerate(told) if edges[room] - set(told[:k])]
