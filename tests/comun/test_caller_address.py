"""Who asks, behind our own proxies."""

import pytest

from comun.web.caller_address import address_of


@pytest.mark.parametrize(
    ("forwarded", "hops", "address"),
    [
        ([], 0, "172.18.0.2"),
        (["6.6.6.6"], 0, "172.18.0.2"),
        (["6.6.6.6", " 10.0.0.7"], 1, "10.0.0.7"),
        (["6.6.6.6", "10.0.0.7", "10.0.0.1"], 2, "10.0.0.7"),
        ([""], 1, "172.18.0.2"),
        (["not an address"], 1, "172.18.0.2"),
        (["2001:db8:1:2:3:4:5:6"], 1, "2001:db8:1:2::/64"),
        (["::ffff:10.0.0.7"], 1, "10.0.0.7"),
    ],
)
def test_believes_only_our_own_proxies(forwarded: list[str], hops: int, address: str) -> None:
    """Of X-Forwarded-For only the entries that our proxies wrote count."""
    assert address_of("172.18.0.2", forwarded, hops) == address
