"""Package files of opkg: a gzip'd tar of `debian-binary`, `control.tar.gz` and `data.tar.gz`."""

import io
import tarfile
import zlib

import rootfs
from opkglib.package import parse_fields


class BadPackage(ValueError):
    """The file is no package."""


class Ipk:
    """A package file that was read: its control files by name, its data's members with their contents."""

    def __init__(self, path):
        try:
            with open(path, "rb") as file:
                parts = dict(_members(file.read()))
            self.control = {name: content for name, (_, content) in _members_of(parts, "control.tar.gz")}
            members = _members_of(parts, "data.tar.gz")
            self.data = [(rootfs.clean(info.name), info, content) for _, (info, content) in members]
        except (OSError, EOFError, KeyError, tarfile.TarError, zlib.error, rootfs.BadPath) as cause:
            raise BadPackage(str(cause)) from cause
        if "control" not in self.control:
            raise BadPackage("no control file")

    @property
    def fields(self):
        return parse_fields(self.control["control"].decode("utf-8", "replace"))

    @property
    def files(self):
        """Where its files go, folders left out."""
        return [path for path, info, _ in self.data if not info.isdir()]

    def unpack(self, root):
        """Writes the data's members below a root."""
        for path, info, content in self.data:
            if not path:
                continue
            if info.isdir():
                rootfs.make_folder(root, path, info.mode & 0o7777, info.mtime)
            elif info.issym():
                rootfs.write_link(root, path, info.linkname)
            elif info.islnk():
                rootfs.write_link(root, path, info.linkname, hard=True)
            elif info.isreg():
                rootfs.write_file(root, path, content, info.mode, info.mtime)


def _members_of(parts, name):
    return _members(parts[name][1])


def _members(archive):
    """Name → member and content, of a gzip'd tar."""
    content = zlib.decompressobj(31).decompress(archive) if archive[:2] == b"\x1f\x8b" else archive
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        for info in tar:
            yield info.name.lstrip("./") or ".", (info, tar.extractfile(info).read() if info.isreg() else b"")
