"""The lists of the feeds: `update` fetches them into the cache, everything else reads them from there."""

import gzip
import os
import shutil
import zlib

from opkglib import usign
from opkglib.messages import error, notice
from opkglib.package import parse_stanzas


class Feeds:
    """The lists, `<cache>/<name of the feed>` with its signature beside it."""

    def __init__(self, conf, cache, keys, check_signature, downloads):
        self._conf = conf
        self._cache = cache
        self._keys = keys
        self._check = check_signature
        self._downloads = downloads
        self._trusted = {}

    def update(self):
        """Fetches every list anew; answers how many things failed. A list that can't be fetched stays as it was."""
        return sum(self._update(source) for source in self._conf.sources)

    def packages(self):
        """The packages of all lists there are, in the order of the feeds."""
        found = []
        for source in self._conf.sources:
            text = self._text(source)
            if text is None:
                continue
            found += parse_stanzas(text.decode("utf-8", "replace"), source)
        return found

    def trouble(self, source):
        """Why packages of a feed may not be installed, with a place for the package's `name`; None if they may."""
        if not self._check:
            return None
        if source.name not in self._trusted:
            self._trusted[source.name] = self._verify(source)
        if self._trusted[source.name]:
            return None
        if os.path.exists(self._path(source) + ".sig"):
            return f"Failed to verify the signature of {self._path(source)}.\n"
        return "Signature file is missing for {name}. Perhaps you need to run 'opkg update'?\n"

    def download(self, url, target):
        """`Downloading …`; whether it went well."""
        notice(f"Downloading {url}")
        if url.startswith("file:"):
            try:
                shutil.copyfile(url[len("file:") :], target + ".new")
                os.replace(target + ".new", target)
            except OSError as cause:
                error("file_copy", f"{url[len('file:'):]}: {cause.strerror}.\n")
                return False
            return True
        status = self._downloads.fetch(url, target)
        if status != 0:
            error("opkg_download", f"Failed to download {url}, wget returned {status}.\n")
            if status == 4:
                error("opkg_download", "Check your network settings and connectivity.\n\n")
        return status == 0

    def _update(self, source):
        path = self._path(source)
        if not self.download(source.list_url, path):
            notice(f"*** Failed to download the package list from {source.list_url}\n")
            return 1
        notice(f"Updated list of available packages in {path}")
        if not self._check:
            return 0
        failures = 0
        if not self.download(f"{source.url}/Packages.sig", path + ".sig"):
            failures, good = 1, False
            notice("Signature file download failed.")
        else:
            good = self._verify(source)
            notice("Signature check passed." if good else "Signature check failed.")
        if not good:
            notice("Remove wrong Signature file.")
            _remove(path + ".sig")
            _remove(path)
        return failures

    def _verify(self, source):
        text = self._text(source)
        try:
            with open(self._path(source) + ".sig", encoding="utf-8", errors="replace") as file:
                return text is not None and usign.verify(text, file.read(), self._keys)
        except OSError:
            return False

    def _text(self, source):
        """The list, not compressed; None if there is none. One that is cut is read as far as it goes."""
        try:
            with open(self._path(source), "rb") as file:
                content = file.read()
        except OSError:
            return None
        if not source.compressed and content[:2] != b"\x1f\x8b":
            return content
        try:
            return gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            try:
                return zlib.decompressobj(31).decompress(content)
            except zlib.error:
                return b""

    def _path(self, source):
        return os.path.join(self._cache, source.name)


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
