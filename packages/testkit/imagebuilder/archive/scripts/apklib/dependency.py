"""What packages ask of each other: `name`, `name>=1.2`, `!name`."""

import re

from apklib.versions import compare

_EQUAL, _LESS, _GREATER, _FUZZY, _NOT = 1, 2, 4, 8, 16
_TEXT = re.compile(r"(!?)([^!=<>~@]+)(?:([=<>~]+)([^=<>@]+))?(?:@\S+)?")
_BITS = {"=": _EQUAL, "<": _LESS, ">": _GREATER, "~": _FUZZY}


class Dependency:
    """A name, the versions that will do (none: any, even of what has no version), and whether it is a conflict."""

    __slots__ = ("name", "version", "bits", "conflict")

    def __init__(self, name, version="", match=None):
        self.name = name
        self.version = version
        match = (_EQUAL if version else 0) if match is None else match
        self.conflict = bool(match & _NOT)
        self.bits = match & ~_NOT if version else 0

    @classmethod
    def parse(cls, text):
        """Of a text as people write it. None if it is none."""
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        no, name, operator, version = found.groups()
        bits = sum(_BITS[sign] for sign in set(operator or ""))
        if bits == _FUZZY:
            bits |= _EQUAL
        return cls(name, version or "", bits | (_NOT if no else 0))

    def is_met(self, version):
        """Whether a provider of the name may be there. `version` is what it provides the name as, None for none."""
        if not self.bits:
            return not self.conflict
        if version is None:
            return self.conflict
        return self._matches(version) != self.conflict

    def __str__(self):
        sign = ">" * bool(self.bits & _GREATER) + "<" * bool(self.bits & _LESS)
        sign += "~" if self.bits & _FUZZY else "=" * bool(self.bits & _EQUAL)
        return "!" * self.conflict + self.name + (sign + self.version if self.bits else "")

    def _matches(self, version):
        order = compare(version, self.version, bool(self.bits & _FUZZY))
        return bool(self.bits & (_LESS if order < 0 else _GREATER if order > 0 else _EQUAL | _FUZZY))
