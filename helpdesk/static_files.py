"""Static files of production: each under a name with its fingerprint, cached for good, compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# import { showToast } from "./toast.js";  ·  import "./theme.js";
OUR_IMPORTS = (
    r"""(?P<matched>(?P<import>\bimport\s(?:[^"';]*\sfrom\s)?)"(?P<url>\./[^"]+)";)""",
    '%(import)s"%(url)s";',
)


class FingerprintedStaticFiles(CompressedManifestStaticFilesStorage):
    """Also the imports among our ES modules name fingerprints: every page and module means the same file.

    Django's own switch for that reads the modules of packages too, and stumbles over django-htmx's.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (OUR_IMPORTS,)))
