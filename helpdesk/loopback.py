"""Whether an address is this machine's own. Without Django: the embedded server asks before there is any."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether nothing but this machine can mean itself by this name or address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def leads_here(url: str) -> bool:
    """Whether a URL names a server on this machine only."""
    return is_loopback(urlsplit(url).hostname or "")
