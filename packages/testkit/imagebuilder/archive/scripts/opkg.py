#!/usr/bin/env python3
"""A small opkg, as an ImageBuilder uses it: `update`, `install PACKAGE…`, `manifest`, and what asks its lists.

Says and does what the real one does, mistakes included: packages are taken in the order they are asked for, the first
that will do, and a conflict counts only when the package that declares it comes second.
"""

import argparse
import fcntl
import os
import signal
import sys

from download import Downloads
from opkglib.ask import print_depends, print_list, print_what_depends
from opkglib.conf import Conf
from opkglib.feeds import Feeds
from opkglib.install import Installer
from opkglib.messages import error, print_errors
from opkglib.selection import Selection
from opkglib.status import Status

FAILED = 255
ASKED = {"depends": print_depends, "whatdepends": print_what_depends}


def main():
    sys.stdout.reconfigure(line_buffering=True, errors="surrogateescape")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    options = parsed()
    root = os.path.abspath(options.root)
    if options.command == "manifest":
        return manifest(root, options.strip_abi)
    try:
        with Lock(os.path.join(root, "tmp/opkg.lock")):
            return run(options, root)
    except BlockingIOError as busy:
        error("opkg_conf_load", f"Could not lock {busy.filename}: Resource temporarily unavailable.\n")
        return FAILED
    finally:
        print_errors()


def parsed():
    parser = argparse.ArgumentParser(prog="opkg")
    parser.add_argument("--conf", default="repositories.conf")
    parser.add_argument("--keys", default="keys")
    parser.add_argument("--dl", default="dl")
    parser.add_argument("--root", required=True)
    parser.add_argument("--arch", action="append", default=[])
    parser.add_argument("--check-signature", action="store_true")
    parser.add_argument("--strip-abi", action="store_true")
    parser.add_argument("command", choices=["update", "install", "manifest", "list", *ASKED])
    parser.add_argument("operands", nargs="*")
    return parser.parse_intermixed_args()


def run(options, root):
    cache = os.path.abspath(options.dl)
    try:
        with open(options.conf, encoding="utf-8") as file:
            conf = Conf(file.read())
    except OSError as cause:
        error("opkg_conf_parse_file", f"Failed to open {options.conf}: {cause.strerror}.\n")
        return FAILED
    with Downloads(cache) as downloads:
        feeds = Feeds(conf, cache, options.keys, options.check_signature or conf.check_signature, downloads)
        if options.command == "update":
            return min(feeds.update(), FAILED)
        if options.command == "list":
            print_list(feeds.packages())
            return 0
        if options.command in ASKED:
            for name in options.operands:
                ASKED[options.command](feeds.packages(), name)
            return 0
        status = Status(root)
        selection = Selection(conf.architectures + options.arch)
        for package in [*status.read(), *feeds.packages()]:
            selection.add(package)
        good = Installer(root, cache, selection, status, feeds, downloads).run(options.operands)
        try:
            status.write(selection.all_installed())
        except OSError as cause:
            error("opkg_conf_write_status_files", f"Can't write the status file: {cause.strerror}.\n")
            good = False
        return 0 if good else FAILED


def manifest(root, strip_abi):
    """`name - version`, sorted."""
    lines = {
        f"{package.stripped_name if strip_abi else package.name} - {package.version}"
        for package in Status(root).read()
        if package.installed
    }
    for line in sorted(lines):
        print(line)
    return 0


class Lock:
    """One opkg at a time for a root. @raises BlockingIOError with the lock's path"""

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        self._file = open(self._path, "w", encoding="utf-8")
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            self._file.close()
            raise BlockingIOError(cause.errno, cause.strerror, self._path) from cause

    def __exit__(self, *_):
        os.unlink(self._path)
        self._file.close()


if __name__ == "__main__":
    sys.exit(main())
