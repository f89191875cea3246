"""For containers: `python -m helpdesk.healthcheck URL` exits with 0 if the page answers 200 and with 1 if
not.

It asks under the name of SITE_URL, since the product refuses every host but those in ALLOWED_HOSTS, and
says that the visitor came by https, as the proxy would.
"""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

SECONDS = 8


def is_healthy(url: str) -> bool:
    site = urlsplit(os.environ.get("SITE_URL", "http://localhost"))
    headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme}
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # nosec B310
            return bool(response.status == 200)
    except (OSError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(0 if is_healthy(sys.argv[1]) else 1)
