import pytest

from events.field_hints import hint_of


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (b'{"cliente":"a","event":"compra"}', "'event'"),
        (b'{"cliente":"a","evento":null,"type":"compra"}', "'type'"),
        (b'{"cliente":"a","evento":"clic","event":"compra"}', None),
        (b'{"cliente":"a","event":7}', None),
        (b'{"cliente":"a","metadata":{"event":"compra"}}', None),
        (b'{"cliente":"a","metadata":"\\ud800","event":"compra"}', "'event'"),
        (b'{"cliente":"a","event":"x","metadata":%b}' % (b"9" * 5000), None),
        (b'{"cliente":"a"}', None),
    ],
)
def test_a_type_under_another_name_is_noticed(event: bytes, named: str | None) -> None:
    """An event that names no `evento`, and something like it, counts, and gets a hint."""
    hint = hint_of(event)

    assert (hint is None) == (named is None)
    assert hint is None or (hint.startswith("evento: ") and named and named in hint)
