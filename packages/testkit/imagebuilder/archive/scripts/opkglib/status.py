"""What is installed in a root: `usr/lib/opkg/status`, and each package's files in `usr/lib/opkg/info/`."""

import os
import time

import rootfs
from opkglib.package import parse_stanzas

_KEPT = "Package Version Depends Provides Replaces Conflicts ABIVersion Essential Architecture".split()


class Status:
    """A root's database."""

    def __init__(self, root):
        self._root = root
        self._folder = os.path.join(root, "usr/lib/opkg")
        self._owners = {}

    def read(self):
        """The packages the root has."""
        try:
            with open(os.path.join(self._folder, "status"), encoding="utf-8") as file:
                packages = parse_stanzas(file.read())
        except FileNotFoundError:
            return []
        for package in packages:
            state = package.fields.get("Status", "").split(" ")
            package.installed = state[-1:] in (["installed"], ["unpacked"])
            package.by_user = "user" in state
            for path in self.files_of(package.name):
                self._owners[path] = package.name
        return packages

    def owner(self, path):
        """The name of the package a file belongs to, or None."""
        return self._owners.get(path)

    def files_of(self, name):
        try:
            with open(self._info(f"{name}.list"), encoding="utf-8", errors="surrogateescape") as file:
                return [line.strip("/\n") for line in file]
        except FileNotFoundError:
            return []

    def add_files(self, name, ipk):
        """Writes the list of a package's files, and its control files but `control` of others' names."""
        os.makedirs(os.path.join(self._folder, "info"), exist_ok=True)
        for path in ipk.files:
            self._owners[path] = name
        listed = "".join(f"/{path}\n" for path in ipk.files)
        rootfs.save(self._info(f"{name}.list"), listed.encode("utf-8", "surrogateescape"))
        for member, content in ipk.control.items():
            if "/" in member or member == ".":
                continue
            path = self._info(f"{name}.{member}")
            rootfs.save(path, content)
            os.chmod(path, 0o755 if content[:2] == b"#!" else 0o644)

    def write(self, packages):
        """Writes the status of all packages that are installed."""
        os.makedirs(self._folder, exist_ok=True)
        now = os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))
        text = "".join(_stanza(package, now) for package in packages)
        rootfs.save(os.path.join(self._folder, "status"), text.encode("utf-8"))

    def _info(self, name):
        return os.path.join(self._folder, "info", name)


def _stanza(package, now):
    lines = [f"{field}: {package.fields[field]}" for field in _KEPT if package.fields.get(field)]
    place = lines.index(f"Architecture: {package.architecture}") if package.architecture else len(lines)
    lines.insert(place, f"Status: install {'user' if package.by_user else 'ok'} installed")
    if package.fields.get("Conffiles"):
        lines.append(f"Conffiles:{package.fields['Conffiles']}")
    lines.append(f"Installed-Time: {package.fields.get('Installed-Time', now)}")
    if package.automatic:
        lines.append("Auto-Installed: yes")
    return "\n".join(lines) + "\n\n"
