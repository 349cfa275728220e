"""What apk says: progress on stdout, errors and warnings at once on stderr."""

import sys

WIDTH = 50  # where it is no terminal
_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"]


def say(text):
    print(text)


def error(text):
    _complain(f"ERROR: {text}")


def warn(text):
    _complain(f"WARNING: {text}")


def size_text(size):
    """`2690 KiB`: four digits at most."""
    unit = 0
    while size >= 10_000 and unit < len(_UNITS) - 1:
        size, unit = size // 1024, unit + 1
    return f"{size} {_UNITS[unit]}"


def wrapped(label, words):
    """A label and its words, which go on below the first one when the line is full."""
    lines, line = [], f"    {label}"
    indent = len(line) + 1
    for at, word in enumerate(words):
        if at > 0 and len(line) + len(word) + 1 >= WIDTH:
            lines.append(line)
            line = " " * indent + word
        else:
            line += " " + word
    return "\n".join([*lines, line])


def _complain(text):
    sys.stdout.flush()
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
