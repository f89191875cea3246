"""Read in a log what a reporter would otherwise be asked: version, platform, device, system, errors, time.

    read(path)            what a stored text tells, as JSON for the row (storing.py calls it once)
    log_facts(upload)     the same as proposals for a form: {"sdk_version": Proposal("4.3.2", line=12), ...}

The patterns stand in the database (`files.LogPattern`), are edited in the settings, and are matched by
RE2: time is linear in the log, whatever a pattern or a log looks like.
"""

from files.reading.findings import Findings, Proposal, facts_of, findings_of, log_facts
from files.reading.scanning import read, read_text

__all__ = ["Findings", "Proposal", "facts_of", "findings_of", "log_facts", "read", "read_text"]
