"""Names and times in and just out of what may be, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

SPACES = "\t\n\r\x1c\x1f\x85\xa0\u1680\u2003\u2028\u3000 "
LETTERS = "aZé\u0301\u0345ᾂ각\u1100\u1161\u11a8\u0958\U0001f600\u200b\ufeff"
CONTROLS = "\x00\x1b\x7f\x80\x9f"
names = st.builds(
    "".join,
    st.tuples(
        st.text(SPACES, max_size=3),
        st.text(LETTERS, max_size=70)
        | st.text(LETTERS + SPACES + CONTROLS + "\ud800", max_size=5)
        | st.text(max_size=5)
        | st.integers(60, 66).map(lambda n: "\u03b1\u0313\u0300\u0345" * n),
        st.text(SPACES, max_size=3),
    ),
)


def mostly(*usual: str, seldom: tuple[str, ...]) -> st.SearchStrategy[str]:
    """One part of a time; one in 12 is odd, so that most times are odd in one part only."""
    return st.sampled_from(usual * 11 * len(seldom) + seldom * len(usual))


def written(forms: tuple[str, str, str]) -> st.SearchStrategy[str]:
    dash, between, colon = forms
    seconds = [
        f"{colon}{second}{rest}" for second in ("00", "59", "60") for rest in ("", ".9999999")
    ]
    parts = [
        mostly("1970", "2028", "9999", "2026", seldom=("1969", "0001", "10000", "٢٠٢٦", "1968")),
        mostly(dash, seldom=("-", "", "/")),
        mostly("01", "02", "04", "12", seldom=("00", "13", "1")),
        mostly(dash, seldom=("-", "")),
        mostly("01", "28", "29", "30", seldom=("31", "00", "32", "1")),
        mostly(between, seldom=("T", "t", " ", "_", "")),
        mostly("00", "23", "24", seldom=("25", "7")),
        mostly(colon, seldom=(":", "", ".")),
        mostly("00", "59", seldom=("60", "6")),
        mostly("", *seconds, seldom=(":61", "61", ":59,5", "59,5", ":0", ":00.", ":00Z.1")),
        mostly(
            *("", "Z", "z", "+00:00", "-01", " +2359", "\u22120530"),
            seldom=("+24:00", "+05:60", " Z", "UTC", "+1", "+01:00:30"),
        ),
        mostly("", seldom=("[Europe/Paris]", "[!u-ca=x][y]", "[]", "\n", " ", "x")),
    ]
    return st.builds("".join, st.tuples(*parts))


times = st.sampled_from([("-", "T", ":"), ("-", " ", ":"), ("", "T", "")]).flatmap(written)
