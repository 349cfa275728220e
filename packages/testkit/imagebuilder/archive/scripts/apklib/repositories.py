"""Repositories and their indexes, which stay in the cache for four hours."""

import hashlib
import os
import time

from apklib.adb import Adb, FormatError
from apklib.messages import error, warn
from apklib.package import Package

_FRESH_SECONDS = 4 * 3600


class Repository:
    """A repository by the address or path of its index."""

    def __init__(self, index):
        self.index = index
        self.is_remote = "://" in index and not index.startswith("file://")
        self.path = index[len("file://") :] if index.startswith("file://") else index

    def file_of(self, package):
        """The address or path of a package's file."""
        return f"{os.path.dirname(self.path)}/{package.full_name}.apk"


class Repositories:
    """The repositories of a file, one a line, and the local one."""

    def __init__(self, lines, local, cache, keys, downloads):
        indexes = [_index(line) for line in lines if line.strip() and not line.lstrip().startswith("#")]
        if local is not None:
            indexes.insert(0, os.path.join(os.path.abspath(local), "packages.adb"))
        self._all = [Repository(index) for index in indexes]
        self._cache = cache
        self._keys = keys
        self._downloads = downloads

    def packages(self, refresh=False):
        """The packages of all repositories that can be read and trusted; the others are left out with a warning."""
        found = []
        for repository in self._all:
            adb = self._remote(repository, refresh) if repository.is_remote else self._local(repository)
            if adb is not None:
                found += _packages(adb, repository)
        return found

    def fetch(self, package, target):
        """Gets a package's file from its repository. @raises FormatError after saying what wget says"""
        status = self._downloads.fetch(package.repository.file_of(package), target)
        if status != 0:
            error(f"wget: exited with error {status}")
            raise FormatError("unexpected end of file")

    def cached(self, package):
        """Where a package's file is kept: `curl-8.12.1-r1.0a1b2c3d.apk`."""
        return os.path.join(self._cache, f"{package.full_name}.{package.identity[:4].hex()}.apk")

    def _local(self, repository):
        try:
            return self._read(repository.path)
        except (OSError, FormatError) as cause:
            warn(f"opening {repository.path}: {cause.strerror if isinstance(cause, OSError) else cause}")
            return None

    def _remote(self, repository, refresh):
        url = repository.index
        cached = os.path.join(self._cache, f"APKINDEX.{hashlib.sha256(url.encode()).hexdigest()[:8]}.tar.gz")
        trouble = None
        if refresh or not _is_fresh(cached):
            trouble = self._update(url, cached)
        try:
            adb = self._read(cached)
        except (OSError, FormatError) as cause:
            warn(f"{'updating and opening' if trouble else 'opening'} {url}: {trouble or cause}")
            return None
        if trouble:
            warn(f"updating {url}: {trouble}")
        return adb

    def _update(self, url, cached):
        """Puts a new index into the cache, once it is read and trusted. Answers what was wrong."""
        new = f"{cached}.new"
        status = self._downloads.fetch(url, new)
        if status != 0:
            error(f"wget: exited with error {status}")
            return "unexpected end of file"
        try:
            self._read(new)
        except FormatError as cause:
            os.unlink(new)
            return str(cause)
        os.utime(new)
        os.replace(new, cached)
        return None

    def _read(self, path):
        with open(path, "rb") as file:
            adb = Adb(file.read())
        if adb.schema != b"indx":
            raise FormatError("ADB schema error")
        if not self._keys.trust(adb):
            raise FormatError("UNTRUSTED signature")
        return adb


def _index(line):
    """The last word of a line is the index; a tag may stand before it."""
    return line.split()[-1]


def _packages(adb, repository):
    try:
        _, packages = adb.fields(adb.root, 2)
        found = [Package.read(adb, each) for each in adb.parts(packages)]
    except FormatError as cause:
        warn(f"opening {repository.index}: {cause}")
        return []
    for package in found:
        package.repository = repository
    return found


def _is_fresh(path):
    try:
        return 0 <= time.time() - os.path.getmtime(path) < _FRESH_SECONDS
    except OSError:
        return False
