"""A sealed log comes out whole and in order of clients, however it is dealt out and taken."""

from hypothesis import given
from hypothesis import strategies as st

from counting.sealed_cells import LISTED_WORK, SealedCells
from decoding.cell_reading import Cell

CELLS = st.dictionaries(
    st.tuples(st.text("abñ€", min_size=1, max_size=4), st.just("clic"), st.integers(0, 3)),
    st.integers(1, 9),
    min_size=1,
    max_size=120,
)


@given(CELLS, st.integers(1, 50), st.integers(1, 30))
def test_parts_follow_one_on_the_other(cells: dict[Cell, int], dealt: int, taken: int) -> None:
    """Whoever ends what was taken comes before all that is left, and nothing is left out."""
    sealed = SealedCells(cells, 3)
    while not sealed.is_dealt:
        assert dict(sealed) == cells
        sealed.deal(dealt)
    left = dict(cells)
    while sealed.left:
        first, parts, upto = sealed.first(taken)
        for cell, n in first.items():
            assert left.pop(cell) == n
        assert (upto is None) == (not left)
        assert upto is None or all(cell[0] > upto for cell in left)
        sealed.drop(parts)
        assert dict(sealed) == left
        assert sealed.left == len(left)
    assert not left


def test_most_parts_are_small() -> None:
    """What is folded at a time is about what was asked for, whatever order names came in."""
    cells = {(f"cliente_{n * 7919 % 2000}", "clic", 0): 1 for n in range(2000)}
    sealed = SealedCells(cells, 10)
    sealed.deal(len(cells) + 1)

    first = sealed.first(30)

    assert 20 <= len(first.cells) < 60


def test_what_is_more_work_is_taken_in_smaller_pieces() -> None:
    """However the clients that cost most lie together in the order of names."""
    cells = {(f"c{n * 7919 % 2000:04}", "clic", 0): 1 for n in range(2000)}
    listed = {f"c{n:04}" for n in range(500)}
    sealed = SealedCells(cells, 10)
    while not sealed.is_dealt:
        sealed.deal(300, listed)
    taken = []
    while sealed.left:
        before = sealed.done
        first, parts, _ = sealed.first(200)
        sealed.drop(parts)
        taken.append(sealed.done - before)
        heavy = sum(cliente in listed for cliente, _, _ in first)
        assert taken[-1] == len(first) + heavy * LISTED_WORK

    assert max(taken) < 1500  # 200 cells of listed clients would be 8,200
    assert sealed.done == sealed.work == 2000 + 500 * LISTED_WORK


def test_a_client_is_not_split() -> None:
    """All that one client did is folded together, so that its name says how far folding got."""
    cells = {("only", "clic", second): 1 for second in range(500)}
    sealed = SealedCells(cells, 10)
    sealed.deal(len(cells) + 1)

    first = sealed.first(1)

    assert (first.cells, first.upto) == (cells, None)
