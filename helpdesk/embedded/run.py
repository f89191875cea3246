"""Runs one command with a database and a broker of its own: `python -m helpdesk.embedded.run COMMAND ...`.

For the tests: the data lies in `.data/test` (DATA_DIR names another folder), is kept for the next time, and
may be lost in a crash, which makes writing fast.
"""

import os
import sys
from pathlib import Path

from helpdesk.embedded.data_folder import DataFolder
from helpdesk.embedded.errors import CannotStart, StopRequested
from helpdesk.embedded.services import start_services
from helpdesk.embedded.supervisor import Supervisor


def main(command: list[str]) -> int:
    supervisor = Supervisor()
    try:
        with DataFolder(Path(os.environ.get("DATA_DIR", ".data/test"))) as folder:
            try:
                environment = start_services(folder, supervisor, expendable=True)
                return supervisor.attend(command, environment)
            finally:
                supervisor.stop()
    except CannotStart as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except StopRequested:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
