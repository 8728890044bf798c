from hypothesis import given
from hypothesis import strategies as st

from decoding.cell_reading import Cell
from storing import delta_row

NAMES = st.text(min_size=1, max_size=3)
CELLS = st.tuples(NAMES, NAMES, st.integers(0, 253_402_300_799))


@given(st.dictionaries(CELLS, st.integers(1, 2**40), min_size=1, max_size=400))
def test_a_row_holds_its_cells(cells: dict[Cell, int]) -> None:
    """What is decoded are the cells that were encoded, in their order."""
    assert list(delta_row.decode(delta_row.encode(cells))) == list(cells.items())


def test_a_row_is_small() -> None:
    """A cell among many takes a few bytes, however long the names are."""
    cells = {(f"{n % 1000:064}", f"{n % 5:064}", 1795503600): 3 for n in range(5000)}

    assert len(delta_row.encode(cells)) < 1000 * 66 + 5000 * 6
