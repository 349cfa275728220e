"""opkg's order of versions, which is dpkg's: `epoch:upstream-revision`, `~` before everything."""

from functools import lru_cache


@lru_cache(maxsize=None)
def compare(a, b):
    """-1, 0 or 1."""
    epoch_a, upstream_a, revision_a = _parts(a)
    epoch_b, upstream_b, revision_b = _parts(b)
    if epoch_a != epoch_b:
        return -1 if epoch_a < epoch_b else 1
    return _compare_part(upstream_a, upstream_b) or _compare_part(revision_a, revision_b)


def satisfies(version, operator, wanted):
    """Whether a version is what a dependency asks for. An equal one always is, even for `>>`: so it is in opkg."""
    if not operator:
        return True
    order = compare(version, wanted)
    if order == 0:
        return True
    if operator in ("<<", "<", "<="):
        return order < 0
    if operator in (">>", ">", ">="):
        return order > 0
    return False


def _parts(version):
    epoch, colon, rest = version.partition(":")
    if not (colon and epoch.isdigit()):
        epoch, rest = "0", version
    upstream, dash, revision = rest.rpartition("-")
    return int(epoch), upstream if dash else revision, revision if dash else ""


def _compare_part(a, b):
    i = j = 0
    while i < len(a) or j < len(b):
        while (i < len(a) and not a[i].isdigit()) or (j < len(b) and not b[j].isdigit()):
            order_a = _order(a[i]) if i < len(a) else 0
            order_b = _order(b[j]) if j < len(b) else 0
            if order_a != order_b:
                return -1 if order_a < order_b else 1
            i, j = i + 1, j + 1
        number_a, i = _number(a, i)
        number_b, j = _number(b, j)
        if number_a != number_b:
            return -1 if number_a < number_b else 1
    return 0


def _number(text, start):
    end = start
    while end < len(text) and text[end].isdigit():
        end += 1
    return int(text[start:end] or "0"), end


def _order(letter):
    if letter == "~":
        return -1
    if letter.isdigit():
        return 0
    return ord(letter) if letter.isalpha() else ord(letter) + 256
