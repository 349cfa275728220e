"""Package files: an ADB of schema `pckg` with the files' contents behind it."""

import hashlib
import stat

import rootfs
from apklib.adb import Adb, FormatError
from apklib.package import Package

SCRIPTS = ["trigger", "pre-install", "post-install", "pre-deinstall", "post-deinstall", "pre-upgrade", "post-upgrade"]


class Entry:
    """A file or folder of a package."""

    __slots__ = ("path", "mode", "mtime", "content", "target", "digest")

    def __init__(self, path, mode, mtime=None, content=b"", target=b"", digest=b""):
        self.path, self.mode, self.mtime = path, mode, mtime
        self.content, self.target, self.digest = content, target, digest


class PackageFile:
    """A package file that was read, every content compared with its hash. @raises FormatError"""

    def __init__(self, content, identity):
        adb = Adb(content)
        if adb.schema != b"pckg":
            raise FormatError("ADB schema error")
        if identity and not hashlib.sha256(adb.payload).digest().startswith(identity):
            raise FormatError()
        info, paths, scripts = adb.fields(adb.root, 3)
        self.package = Package.read(adb, info)
        self.folders = []
        try:
            for at, path in enumerate(adb.parts(paths), 1):
                self.folders.append(_folder(adb, path, at))
        except rootfs.BadPath as cause:
            raise FormatError() from cause
        bodies = [adb.blob(each) for each in adb.parts(scripts)]
        self.scripts = {name: body for name, body in zip(SCRIPTS, bodies) if body}


def _folder(adb, value, number):
    """A folder and its files."""
    name, acl, files = adb.fields(value, 3)
    path = rootfs.clean(adb.text(name))
    found = []
    for at, each in enumerate(adb.parts(files), 1):
        file_name, file_acl, size, mtime, digest, target = adb.fields(each, 6)
        content = adb.data.get((number, at), b"")
        entry = Entry(
            rootfs.clean(f"{path}/{adb.text(file_name)}"),
            _mode(adb, file_acl, 0o644),
            adb.number(mtime) or None,
            content,
            adb.blob(target),
            adb.blob(digest),
        )
        if not entry.target:
            _compare(entry, adb.number(size))
        found.append(entry)
    return Entry(path, _mode(adb, acl, 0o755)), found


def _compare(entry, size):
    hashes = {20: hashlib.sha1, 32: hashlib.sha256, 64: hashlib.sha512}
    make = hashes.get(len(entry.digest))
    if len(entry.content) != size or (make and make(entry.content).digest() != entry.digest):
        raise FormatError()


def _mode(adb, acl, otherwise):
    parts = adb.parts(acl)
    return adb.number(parts[0]) & 0o7777 if parts else otherwise


def link_target(entry):
    """Where a symbolic link goes; None for anything else. The target begins with its kind in 16 bits."""
    kind = int.from_bytes(entry.target[:2], "little")
    return entry.target[2:].decode("utf-8", "surrogateescape") if stat.S_ISLNK(kind) else None
