"""Who asks, behind the proxies that are ours."""

from __future__ import annotations

import ipaddress


def address_of(peer: str, forwarded: list[str], trusted_hops: int) -> str:
    """
    Return who is behind a connection from *peer*.

    Each proxy adds at the end whom it talks to, so that with one proxy of ours the last entry
    is true, and everything before it is what a stranger claims. IPv6: the /64, which one has.
    """
    given = [peer, *reversed([entry.strip() for entry in forwarded])][trusted_hops:][:1]
    try:
        address = ipaddress.ip_address(given[0] if given else peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
