"""Where a client is, as limits count it; the one place that says so, of requests and of sockets."""

import ipaddress
from typing import Final

from starlette.requests import HTTPConnection

# What is not of the public Internet: whoever comes from there may be a proxy, and be many. Not `is_global`, which also
# leaves out the networks that documentation, and so whoever tries something out, takes its examples from.
_PRIVATE: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10"),
        ),
    )
)
# One connection to the Internet has at least so much of IPv6.
_HOUSEHOLD: Final = 64


def counted(connection: HTTPConnection) -> str | None:
    """The client's public IPv4 address, or the /64 of its IPv6 one; None for one unknown or private.

    uvicorn has put the one there that FORWARDED_ALLOW_IPS allows to believe.
    """
    try:
        address = ipaddress.ip_address(connection.client.host if connection.client else "")
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in _PRIVATE):
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((int(address), _HOUSEHOLD), strict=False))
