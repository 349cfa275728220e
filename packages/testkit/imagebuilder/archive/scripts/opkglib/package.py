"""Packages as lists, status files and `control` files write them."""

import re

_DEPENDENCY = re.compile(r"^\s*([^\s(]+)\s*(?:\(\s*(<<|<=|>=|>>|=|<|>)\s*([^\s)]+)\s*\))?\s*$")


class Dependency:
    """One possibility of a dependency: a name, and perhaps a version."""

    __slots__ = ("name", "operator", "version")

    def __init__(self, name, operator, version):
        self.name, self.operator, self.version = name, operator, version

    def __str__(self):
        return f"{self.name} ({self.operator} {self.version})" if self.operator else self.name


class Package:
    """A package of a list, of the root's status file, or of a file given by hand."""

    def __init__(self, fields, source=None):
        self.fields = fields
        self.source = source
        self.name = fields["Package"]
        self.version = fields.get("Version", "")
        self.architecture = fields.get("Architecture", "")
        self.depends = [_possibilities(text) for text in _list(fields, "Pre-Depends") + _list(fields, "Depends")]
        self.conflicts = [each for text in _list(fields, "Conflicts") for each in _possibilities(text)]
        self.provides = [re.split(r"[\s(=]", text, maxsplit=1)[0] for text in _list(fields, "Provides")]
        self.replaces = _list(fields, "Replaces")
        self.size = _number(fields, "Size")
        self.installed_size = _number(fields, "Installed-Size") or 0
        self.sha256 = fields.get("SHA256sum") or fields.get("SHA256Sum")
        self.filename = fields.get("Filename")
        self.local_file = None
        self.installed = False
        self.wanted = False
        self.by_user = False
        self.automatic = fields.get("Auto-Installed") == "yes"

    @property
    def stripped_name(self):
        """The name without the suffix of its ABI."""
        abi = self.fields.get("ABIVersion", "")
        return self.name[: -len(abi)] if abi and self.name.endswith(abi) and self.name != abi else self.name


def parse_stanzas(text, source=None):
    """All packages of a text; stanzas without a name are passed over."""
    packages = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = parse_fields(stanza)
        if fields.get("Package"):
            packages.append(Package(fields, source))
    return packages


def parse_fields(stanza):
    """Field → value; lines that begin with a space go on with the field above."""
    fields, last = {}, None
    for line in stanza.split("\n"):
        if line[:1] in (" ", "\t"):
            if last:
                fields[last] += "\n" + line
            continue
        name, colon, value = line.partition(":")
        if colon:
            last = name.strip()
            fields[last] = value.strip()
    return fields


def _possibilities(text):
    found = (_DEPENDENCY.match(part) for part in text.split("|"))
    return [Dependency(*match.groups()) for match in found if match]


def _list(fields, name):
    return [part for part in (text.strip() for text in fields.get(name, "").split(",")) if part]


def _number(fields, name):
    text = fields.get(name, "")
    return int(text) if text.isdigit() else None
