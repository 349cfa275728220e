"""What is installed in a root: `lib/apk/db/installed`, the scripts beside it, and `etc/apk/world`."""

import base64
import gzip
import io
import os
import tarfile

import rootfs
from apklib.dependency import Dependency
from apklib.package import Package
from apklib.package_file import Entry

_ARRAYS = {"D": "depends", "p": "provides", "r": "replaces"}
_TEXTS = {"A": "architecture", "T": "description", "U": "url", "L": "license", "o": "origin", "m": "maintainer"}


class Database:
    """A root's database."""

    def __init__(self, root):
        self._folder = os.path.join(root, "lib/apk/db")
        self._world = os.path.join(root, "etc/apk/world")
        self._files = {}
        self._owners = {}
        self._scripts = {}
        self.packages = {}

    def read(self):
        """Reads what there is; nothing is an empty root."""
        text = _text(os.path.join(self._folder, "installed"))
        for stanza in text.split("\n\n"):
            if stanza.strip():
                self._read_stanza(stanza)
        try:
            with tarfile.open(os.path.join(self._folder, "scripts.tar.gz")) as archive:
                self._scripts = {member.name: archive.extractfile(member).read() for member in archive}
        except FileNotFoundError:
            pass
        return self

    def world(self):
        return [each for each in map(Dependency.parse, _text(self._world).split()) if each]

    def owner(self, path):
        """The package a file belongs to, or None."""
        return self._owners.get(path)

    def add(self, package, files, scripts, folders):
        """Notes a package that is installed now, in place of an older one. `files` are those it owns."""
        self.remove(package.name)
        package.installed = True
        self.packages[package.name] = package
        self._files[package.name] = (folders, files)
        for entry in files:
            self._owners[entry.path] = package
        for kind, body in scripts.items():
            self._scripts[f"{package.full_name}.X1{package.identity[:20].hex()}.{kind}"] = body

    def remove(self, name):
        """Forgets a package; answers the paths of its files."""
        old = self.packages.pop(name, None)
        if old is None:
            return []
        _, files = self._files.pop(name, ([], []))
        for entry in files:
            self._owners.pop(entry.path, None)
        self._scripts = {key: body for key, body in self._scripts.items() if not key.startswith(f"{old.full_name}.X1")}
        return [entry.path for entry in files]

    def write(self, world):
        """Writes everything."""
        os.makedirs(self._folder, exist_ok=True)
        os.makedirs(os.path.dirname(self._world), exist_ok=True)
        text = "".join(self._stanza(package) for package in self.packages.values())
        rootfs.save(os.path.join(self._folder, "installed"), text.encode("utf-8", "surrogateescape"))
        rootfs.save(os.path.join(self._folder, "scripts.tar.gz"), _archive(self._scripts))
        lines = sorted({str(dependency) for dependency in world})
        rootfs.save(self._world, "".join(f"{line}\n" for line in lines).encode())

    def _stanza(self, package):
        lines = [f"C:{_digest_text(package.identity)}"]
        lines += [f"P:{package.name}", f"V:{package.version}"]
        lines += [f"{key}:{getattr(package, name)}" for key, name in _TEXTS.items() if getattr(package, name)]
        lines += [f"S:{package.file_size or 0}", f"I:{package.installed_size}"]
        for key, name in _ARRAYS.items():
            if getattr(package, name):
                lines.append(f"{key}:{' '.join(map(str, getattr(package, name)))}")
        if package.tags:
            lines.append(f"g:{' '.join(package.tags)}")
        folders, files = self._files[package.name]
        for folder in folders:
            lines.append(f"F:{folder.path}")
            if folder.mode != 0o755:
                lines.append(f"M:0:0:{folder.mode:o}")
            for entry in files:
                if os.path.dirname(entry.path) == folder.path:
                    lines.append(f"R:{os.path.basename(entry.path)}")
                    if entry.mode != 0o644:
                        lines.append(f"a:0:0:{entry.mode:o}")
                    if entry.digest:
                        lines.append(f"Z:{_digest_text(entry.digest)}")
        return "\n".join(lines) + "\n\n"

    def _read_stanza(self, stanza):
        fields = [(line[:1], line[2:]) for line in stanza.split("\n") if line[1:2] == ":"]
        known = dict(fields)
        package = Package(known.get("P", ""), known.get("V", ""))
        package.identity = base64.b64decode(known.get("C", "Q1")[2:])
        package.file_size, package.installed_size = int(known.get("S", "0")), int(known.get("I", "0"))
        package.tags = known.get("g", "").split()
        for key, name in _TEXTS.items():
            setattr(package, name, known.get(key, ""))
        for key, name in _ARRAYS.items():
            setattr(package, name, [each for each in map(Dependency.parse, known.get(key, "").split()) if each])
        folders, files = [], []
        for key, value in fields:
            if key == "F":
                folders.append(Entry(value, 0o755))
            elif key == "M":
                folders[-1].mode = int(value.split(":")[2], 8)
            elif key == "R":
                files.append(Entry(f"{folders[-1].path}/{value}".lstrip("/"), 0o644))
            elif key == "a":
                files[-1].mode = int(value.split(":")[2], 8)
            elif key == "Z":
                files[-1].digest = base64.b64decode(value[2:])
        self.add(package, files, {}, folders)


def _digest_text(digest):
    """Q1 is a sha1, Q2 a sha256."""
    return f"Q{2 if len(digest) > 20 else 1}{base64.b64encode(digest).decode()}"


def _archive(scripts):
    """The same bytes for the same scripts."""
    with io.BytesIO() as buffer:
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name in sorted(scripts):
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(scripts[name]), 0o755
                archive.addfile(member, io.BytesIO(scripts[name]))
        return gzip.compress(buffer.getvalue(), mtime=0)


def _text(path):
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return ""
