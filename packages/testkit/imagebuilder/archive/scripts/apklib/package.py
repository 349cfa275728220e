"""Packages as indexes and package files write them."""

from apklib.dependency import Dependency

_FIELDS = 21


class Package:
    """A package of a repository, or of the root's database."""

    def __init__(self, name, version):
        self.name = name
        self.version = version
        self.identity = b""
        self.description = ""
        self.architecture = ""
        self.license = ""
        self.origin = ""
        self.maintainer = ""
        self.url = ""
        self.installed_size = 0
        self.file_size = None
        self.priority = 0
        self.depends = []
        self.provides = []
        self.replaces = []
        self.tags = []
        self.repository = None
        self.installed = False

    @classmethod
    def read(cls, adb, value):
        """Of the fields of a package in an index, or in a package file."""
        fields = adb.fields(value, _FIELDS)
        package = cls(adb.text(fields[0]), adb.text(fields[1]))
        package.identity = adb.blob(fields[2])
        package.description, package.architecture = adb.text(fields[3]), adb.text(fields[4])
        package.license, package.origin, package.maintainer = (adb.text(field) for field in fields[5:8])
        package.url = adb.text(fields[8])
        package.installed_size = adb.number(fields[11])
        package.file_size = adb.number(fields[12]) if fields[12] else None
        package.priority = adb.number(fields[13])
        package.depends = [_dependency(adb, each) for each in adb.parts(fields[14])]
        package.provides = [_dependency(adb, each) for each in adb.parts(fields[15])]
        package.replaces = [_dependency(adb, each) for each in adb.parts(fields[16])]
        package.tags = [adb.text(each) for each in adb.parts(fields[20])]
        return package

    @property
    def full_name(self):
        return f"{self.name}-{self.version}"

    @property
    def provided(self):
        """The names it stands for, each with its version or None; its own first."""
        return [(self.name, self.version), *((each.name, each.version or None) for each in self.provides)]

    @property
    def stripped_name(self):
        """The name without the suffix of its ABI."""
        for tag in self.tags:
            key, _, abi = tag.partition("=")
            if key == "openwrt:abiversion" and abi and self.name.endswith(abi) and self.name != abi:
                return self.name[: -len(abi)]
        return self.name


def _dependency(adb, value):
    name, version, match = adb.fields(value, 3)
    return Dependency(adb.text(name), adb.text(version), adb.number(match) if match else None)
