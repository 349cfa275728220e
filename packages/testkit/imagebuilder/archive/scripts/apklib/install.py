"""`apk add`."""

import os

import rootfs
from apklib.adb import FormatError
from apklib.messages import error, say, size_text
from apklib.package_file import PackageFile, link_target
from apklib.report import explain
from apklib.solver import Solver


class Installer:
    """Makes a root what the world asks for: all packages are chosen before the first is installed."""

    def __init__(self, root, database, repositories, downloads):
        self._root = root
        self._database = database
        self._repositories = repositories
        self._downloads = downloads

    def run(self, world, packages):
        """Answers the number of errors. Nothing is changed if there is no set of packages that fits."""
        solver = Solver([*self._database.packages.values(), *packages])
        chosen = solver.solve(world)
        if chosen is None:
            return explain(world, solver)
        changes = [package for package in chosen if not self._is_there(package)]
        self._prepare(changes)
        errors = sum(not self._change(package, at, len(changes)) for at, package in enumerate(changes, 1))
        try:
            self._database.write(world)
        except OSError as cause:
            error(f"System state may be inconsistent: failed to write database: {cause.strerror}")
            errors += 1
        there = self._database.packages.values()
        done = f"{errors} error{'s' if errors > 1 else ''};" if errors else "OK:"
        say(f"{done} {size_text(sum(package.installed_size for package in there))} in {len(there)} packages")
        return errors

    def _is_there(self, package):
        known = self._database.packages.get(package.name)
        return known is not None and (known is package or known.identity == package.identity)

    def _prepare(self, packages):
        """Downloads many files at once."""
        remote = [package for package in packages if package.repository.is_remote]
        missing = [package for package in remote if not os.path.exists(self._repositories.cached(package))]
        self._downloads.prepare([(package.repository.file_of(package), package.file_size) for package in missing])

    def _change(self, package, at, count):
        old = self._database.packages.get(package.name)
        what = f"Installing {package.name} ({package.version})"
        if old is not None:
            what = f"Upgrading {package.name} ({old.version} -> {package.version})"
        say(f"({at:>{max(3, len(str(count)))}}/{count}) {what}")
        try:
            file = self._file(package)
        except FormatError as cause:
            error(f"{package.full_name}: {cause}")
            return False
        except OSError as cause:
            error(f"{package.full_name}: {cause.strerror}")
            return False
        return self._unpack(package, file)

    def _file(self, package):
        """Reads the package's file; one in the cache that isn't the right one is fetched again."""
        if not package.repository.is_remote:
            return _read(package.repository.file_of(package), package)
        cached = self._repositories.cached(package)
        if os.path.exists(cached):
            try:
                return _read(cached, package)
            except FormatError:
                os.unlink(cached)
        new = f"{cached}.new"
        self._repositories.fetch(package, new)
        try:
            file = _read(new, package)
        except FormatError:
            os.unlink(new)
            raise
        os.replace(new, cached)
        return file

    def _unpack(self, package, file):
        """Writes files that belong to no other package, and notes what the package owns."""
        good, owned = True, []
        before = self._database.remove(package.name)
        for entry in (entry for _, entries in file.folders for entry in entries):
            owner = self._database.owner(entry.path)
            if owner is not None and not _replaces(package, owner):
                error(f"{package.full_name}: trying to overwrite {entry.path} owned by {owner.full_name}.")
                good = False
            else:
                owned.append(entry)
        if not self._extract(package, [folder for folder, _ in file.folders if folder.path], owned):
            return False
        self._delete(set(before) - {entry.path for entry in owned})
        self._database.add(package, owned, file.scripts, [folder for folder, _ in file.folders])
        return good

    def _extract(self, package, folders, files):
        """Whether all could be written; otherwise no file stays."""
        at = None
        try:
            for at in folders:
                rootfs.make_folder(self._root, at.path, at.mode)
            for at in files:
                self._write(at)
        except OSError as cause:
            error(f"{package.full_name}: failed to extract {at.path}: {cause.strerror}")
            self._delete(entry.path for entry in files)
            return False
        return True

    def _write(self, entry):
        target = link_target(entry)
        if target is not None:
            rootfs.write_link(self._root, entry.path, target)
        elif not entry.target:
            rootfs.write_file(self._root, entry.path, entry.content, entry.mode, entry.mtime)

    def _delete(self, paths):
        for path in paths:
            if rootfs.holds_file(self._root, path):
                os.unlink(os.path.join(self._root, path))


def _replaces(package, owner):
    return any(each.name == owner.name and each.is_met(owner.version) for each in package.replaces)


def _read(path, package):
    with open(path, "rb") as file:
        return PackageFile(file.read(), package.identity)
