#!/usr/bin/env python3
"""A small apk, as an ImageBuilder uses it: `add [PACKAGE…]`, `update` and `manifest`, all for a root folder.

Says and does what the real one does: packages are chosen together before anything is installed, a repository that can't
be read or trusted is left out with a warning, and the exit code is the number of errors. Scripts are never run
(`--no-scripts`); they are kept in the root's database.
"""

import argparse
import fcntl
import os
import signal
import sys

from apklib.database import Database
from apklib.dependency import Dependency
from apklib.install import Installer
from apklib.messages import error, say
from apklib.repositories import Repositories
from apklib.trust import Keys
from apklib.versions import is_version
from download import Downloads

_BUSY = 99


def main():
    sys.stdout.reconfigure(line_buffering=True, errors="surrogateescape")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    options = parsed()
    root = os.path.abspath(options.root)
    if options.command == "manifest":
        return manifest(root, options.strip_abi)
    try:
        with Lock(os.path.join(root, "lib/apk/db/lock")):
            return min(run(options, root), _BUSY)
    except BlockingIOError:
        error("Failed to open apk database: Resource temporarily unavailable")
        return _BUSY


def parsed():
    parser = argparse.ArgumentParser(prog="apk")
    parser.add_argument("--repositories", default="repositories")
    parser.add_argument("--keys", default="keys")
    parser.add_argument("--dl", default="dl")
    parser.add_argument("--root", required=True)
    parser.add_argument("--local")
    parser.add_argument("--arch", action="append", default=[])
    parser.add_argument("--allow-untrusted", action="store_true")
    parser.add_argument("--initdb", action="store_true")
    parser.add_argument("--strip-abi", action="store_true")
    parser.add_argument("command", choices=["add", "update", "manifest", "list", "depends", "whatdepends"])
    parser.add_argument("packages", nargs="*")
    return parser.parse_intermixed_args()


def run(options, root):
    """Answers the number of errors."""
    asked = [Dependency.parse(text) for text in options.packages]
    for text, dependency in zip(options.packages, asked):
        if dependency is None or (dependency.bits and not is_version(dependency.version)):
            error(f"'{text}' is not a valid world dependency, format is name(@tag)([<>~=]version)")
            return 1
    with open(options.repositories, encoding="utf-8") as file:
        lines = file.read().splitlines()
    cache = os.path.abspath(options.dl)
    keys = Anyone() if options.allow_untrusted else Keys(options.keys)
    with Downloads(cache) as downloads:
        repositories = Repositories(lines, options.local, cache, keys, downloads)
        packages = repositories.packages(refresh=options.command == "update")
        fitting = {*options.arch, "all", "noarch", ""}
        if options.arch:
            packages = [package for package in packages if package.architecture in fitting]
        if options.command == "update":
            say(f"OK: {len({package.full_name for package in packages})} distinct packages available")
            return 0
        if options.command != "add":
            return ask(options.command, packages, asked)
        database = Database(root).read()
        names = {dependency.name for dependency in asked}
        world = [dependency for dependency in database.world() if dependency.name not in names] + asked
        return Installer(root, database, repositories, downloads).run(world, packages)


def ask(command, packages, asked):
    """Of what an ImageBuilder asks, apk answers only what packages need."""
    if command == "depends":
        names = {dependency.name for dependency in asked}
        for package in packages:
            if package.name in names:
                print(f"{package.full_name} depends on:", *package.depends, "", sep="\n")
    return 0


def manifest(root, strip_abi):
    """`name - version`, sorted."""
    packages = Database(root).read().packages.values()
    for line in sorted(f"{each.stripped_name if strip_abi else each.name} - {each.version}" for each in packages):
        print(line)
    return 0


class Anyone:
    """`--allow-untrusted`."""

    def trust(self, _adb):
        return True


class Lock:
    """One apk at a time for a root. @raises BlockingIOError"""

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        self._file = open(self._path, "w", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise

    def __exit__(self, *_):
        os.unlink(self._path)
        self._file.close()


if __name__ == "__main__":
    sys.exit(main())
