"""What opkg says: notices at once on stdout, errors together on stderr at the end."""

import sys

_errors = []


def notice(text):
    print(text)


def error(function, text):
    """An error is kept with the name of the function of opkg that finds it."""
    _errors.append(f"{function}: {text}")


def more_error(text):
    """The rest of a line that opkg writes in two goes, which shows: each gets a star."""
    _errors.append(text)


def print_errors():
    if _errors:
        sys.stdout.flush()
        sys.stderr.write("Collected errors:\n" + "".join(f" * {text}" for text in _errors))
        sys.stderr.flush()
