"""Runs one command with a database and a broker of its own.

    python -m helpdesk.embedded.run [--durable] COMMAND ...

The data lies in `.data/test` (DATA_DIR names another folder) and is kept for the next time. It may be lost
in a crash, which makes writing fast: right for tests, wrong for measuring; `--durable` makes it safe.
"""

import os
import sys
from pathlib import Path

from helpdesk.embedded.data_folder import DataFolder
from helpdesk.embedded.errors import CannotStart, StopRequested
from helpdesk.embedded.services import start_services
from helpdesk.embedded.supervisor import Supervisor


def main(arguments: list[str]) -> int:
    is_durable = arguments[:1] == ["--durable"]
    command = arguments[is_durable:]
    supervisor = Supervisor()
    try:
        with DataFolder(Path(os.environ.get("DATA_DIR", ".data/test"))) as folder:
            try:
                environment = start_services(folder, supervisor, expendable=not is_durable)
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
