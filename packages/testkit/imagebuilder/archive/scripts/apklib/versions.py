"""apk's order of versions: `1.2.3a_rc1~abc123-r4`."""

import re
from functools import lru_cache

_GRAMMAR = re.compile(
    r"(\d+)((?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:~([0-9a-f]+))?(?:-r(\d+))?"
)
_SUFFIXES = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}
# Kinds of parts in the order they come in a version. Where one version has a later kind than the other, it is less.
_FIRST, _DIGITS, _LETTER, _SUFFIX, _SUFFIX_NUMBER, _HASH, _REVISION, _END = range(8)


@lru_cache(maxsize=None)
def compare(a, b, fuzzy=False):
    """-1, 0 or 1. `fuzzy`: where `b` ends, they are the same."""
    parts_a, parts_b = parse(a), parse(b)
    for (kind_a, value_a), (kind_b, value_b) in zip(parts_a, parts_b):
        if kind_b == _END and fuzzy:
            return 0
        if kind_a != kind_b:
            # A suffix that says "before" makes a version less than one that has something else there.
            if kind_a == _SUFFIX and value_a < 0:
                return -1
            if kind_b == _SUFFIX and value_b < 0:
                return 1
            return -1 if kind_a > kind_b else 1
        order = _order(kind_a, value_a, value_b)
        if order:
            return order
    return 0


def is_version(text):
    return _GRAMMAR.fullmatch(text) is not None


@lru_cache(maxsize=None)
def parse(version):
    """Its parts, with an end. What is no version is a part of its own."""
    found = _GRAMMAR.fullmatch(version)
    if found is None:
        return ((_FIRST, version), (_END, ""))
    first, more, letter, suffixes, commit, revision = found.groups()
    parts = [(_FIRST, first)]
    parts += [(_DIGITS, digits) for digits in more.split(".")[1:]]
    if letter:
        parts.append((_LETTER, letter))
    for suffix in suffixes.split("_")[1:]:
        word = suffix.rstrip("0123456789")
        parts.append((_SUFFIX, _SUFFIXES[word]))
        if suffix != word:
            parts.append((_SUFFIX_NUMBER, suffix[len(word) :]))
    if commit:
        parts.append((_HASH, commit))
    if revision:
        parts.append((_REVISION, revision))
    return (*parts, (_END, ""))


def _order(kind, a, b):
    if kind == _DIGITS and (a[0] == "0" or b[0] == "0"):
        # A leading zero makes it a fraction: 1.02 < 1.1.
        return (a > b) - (a < b)
    if kind in (_FIRST, _DIGITS, _SUFFIX_NUMBER, _REVISION) and a.isdigit() and b.isdigit():
        return (int(a) > int(b)) - (int(a) < int(b))
    return (str(a) > str(b)) - (str(a) < str(b)) if kind != _SUFFIX else (a > b) - (a < b)
