class CannotStart(Exception):
    """Something the person at the keyboard must change. Its text is one sentence that says what to do."""


class StopRequested(Exception):
    """Ctrl-C, SIGTERM or a closed terminal: leave what is being waited for and stop in order."""
