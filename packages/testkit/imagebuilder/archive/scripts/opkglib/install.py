"""`opkg install`."""

import hashlib
import os

import rootfs
from opkglib.ipk import BadPackage, Ipk
from opkglib.messages import error, more_error, notice
from opkglib.package import Package
from opkglib.versions import compare


class Installer:
    """Installs packages one after another, each after what it needs. What is installed stays when another fails."""

    def __init__(self, root, cache, selection, status, feeds, downloads):
        self._root = root
        self._cache = cache
        self._selection = selection
        self._status = status
        self._feeds = feeds
        self._downloads = downloads
        self._unpacked = []

    def run(self, operands):
        """Names and package files; whether all went well."""
        names = [self._given_by_hand(each) if each.endswith(".ipk") else each for each in operands]
        if None in names:
            return False
        self._prepare(names)
        good = True
        for name in names:
            if not self._install_by_name(name):
                error("opkg_install_cmd", f"Cannot install package {name}.\n")
                good = False
        # Scripts are run by who finishes the root file system: IPKG_NO_SCRIPT.
        for package in self._unpacked:
            notice(f"Configuring {package.name}.")
        return good

    def _given_by_hand(self, path):
        try:
            package = Package(Ipk(path).fields)
        except (BadPackage, KeyError) as cause:
            error("pkg_init_from_file", f"Malformed package file {path}: {cause}.\n")
            return None
        known = self._selection.add(package)
        # Also one that a feed has is taken from this file, whatever the feed says of it.
        known.local_file, known.source = path, None
        return package.name

    def _prepare(self, names):
        """Downloads what will most likely be installed, many files at once."""
        wanted, seen = [], set()
        queue = [self._selection.best_quietly(name) for name in names]
        while queue:
            package = queue.pop()
            if package is None or package in seen:
                continue
            seen.add(package)
            queue += self._selection.needs(package)
            if package.source and not package.installed and not os.path.exists(self._cached(package)):
                wanted.append((self._url(package), package.size))
        self._downloads.prepare(wanted)

    def _install_by_name(self, name):
        old = self._selection.installed(name)
        new = self._selection.by_name(name)
        if new is None:
            notice(f"Unknown package '{name}'.")
            return False
        new.by_user = True
        if old is not None and old.name == new.name:
            order = compare(old.version, new.version)
            if order == 0:
                notice(f"Package {old.name} ({old.version}) installed in root is up to date.")
                return True
            if order > 0:
                notice(f"Not downgrading package {old.name} on root from {old.version} to {new.version}.")
                return True
        return self._install(new)

    def _install(self, package):
        if package.installed:
            good = self._install_dependencies(package)
            if good:
                notice(f"Package {package.name} is already installed on root.")
            return good
        old = self._selection.installed(package.name)
        if old is None:
            notice(f"Installing {package.name} ({package.version}) to root...")
        else:
            notice(f"Upgrading {package.name} on root from {old.version} to {package.version}...")
        package.wanted = True
        if self._conflicts(package) or not self._has_room(package) or not self._fetch(package):
            return False
        try:
            ipk = Ipk(package.local_file)
        except BadPackage:
            error("opkg_install_pkg", f"Failed to unpack control files from {package.local_file}.\n")
            return False
        if not self._install_dependencies(package):
            return False
        if package.installed:  # by a dependency that depends on it
            return True
        if self._clashes(package, ipk):
            return False
        return self._unpack(package, ipk, old)

    def _install_dependencies(self, package):
        needed = []
        lost = self._selection.unsatisfied(package, needed)
        if lost:
            error("satisfy_dependencies_for", f"Cannot satisfy the following dependencies for {package.name}:\n")
            more_error("".join(f"\t{text}" for text in lost) + "\n")
            return False
        for dependency in needed:
            dependency.wanted = True
        for dependency in needed:
            if not dependency.installed:
                dependency.automatic = not dependency.by_user
                if not self._install(dependency):
                    return False
        return True

    def _conflicts(self, package):
        found = self._selection.conflicting(package)
        if found:
            error("check_conflicts_for", f"The following packages conflict with {package.name}:\n")
            lines = [f"check_conflicts_for: \t{other.name}" for other in found]
            more_error(" * ".join(lines) + " * \n")
        return bool(found)

    def _has_room(self, package):
        if package.installed_size == 0:
            return True
        space = os.statvfs(self._root)
        available = space.f_bavail * space.f_frsize // 1024
        needed = (package.installed_size + 1023) // 1024
        if needed >= available:
            where = f"Only have {available}kb available on filesystem {self._root}"
            error("verify_pkg_installable", f"{where}, pkg {package.name} needs {needed}\n")
        return needed < available

    def _fetch(self, package):
        """Gets the package's file into the cache, and looks whether it is the one the list means."""
        if package.local_file is None:
            target = self._cached(package)
            if os.path.exists(target) and not _is_whole(package, target):
                notice(f"Removing {package.name} from cache because it has incorrect checksum.")
                os.unlink(target)
            if os.path.exists(target):
                notice(f"Copying {target}.")
            elif not self._feeds.download(self._url(package), target):
                why = "Perhaps you need to run 'opkg update'?"
                error("opkg_install_pkg", f"Failed to download {package.name}. {why}\n")
                return False
            package.local_file = target
        if package.source is None:
            return True
        trouble = self._feeds.trouble(package.source)
        if trouble is not None:
            error("opkg_install_pkg", trouble.replace("{name}", package.name))
            return False
        if not _is_whole(package, package.local_file):
            why = "Either the opkg or the package index are corrupt. Try 'opkg update'."
            error("opkg_install_pkg", f"Checksum or size mismatch for package {package.name}. {why}\n")
            return False
        return True

    def _clashes(self, package, ipk):
        found = False
        for path in ipk.files:
            owner = self._status.owner(path)
            if owner == package.name or owner in package.replaces or not rootfs.holds_file(self._root, path):
                continue
            what = f"Package {package.name} wants to install file {os.path.join(self._root, path)}\n\tBut that file "
            if owner is None:
                error("check_data_file_clashes", what + "already exists here.\n")
            else:
                error("check_data_file_clashes", f"{what}is already provided by package  * {owner}\n")
            found = True
        return found

    def _unpack(self, package, ipk, old):
        before = self._status.files_of(old.name) if old is not None else []
        try:
            ipk.unpack(self._root)
            self._status.add_files(package.name, ipk)
        except OSError as cause:
            error("extract_archive", f"Cannot create {cause.filename}: {cause.strerror}.\n")
            error("opkg_install_pkg", f"Failed to extract data files for {package.name}. Package debris may remain!\n")
            return False
        if old is not None:
            old.installed = False
            for path in set(before) - set(ipk.files):
                notice(f"Removing obsolete file /{path}.")
                os.unlink(os.path.join(self._root, path))
        # Only the file itself says whether it is essential, and which ABI it has.
        for field in ("Essential", "ABIVersion"):
            if ipk.fields.get(field):
                package.fields.setdefault(field, ipk.fields[field])
        if "conffiles" in ipk.control:
            package.fields["Conffiles"] = self._hashes(ipk.control["conffiles"])
        package.installed = True
        self._unpacked.append(package)
        return True

    def _hashes(self, conffiles):
        lines = []
        for path in conffiles.decode("utf-8", "replace").split():
            full = os.path.join(self._root, path.lstrip("/"))
            if os.path.isfile(full):
                lines.append(f"\n {path} {_sha256(full)}")
        return "".join(lines)

    def _cached(self, package):
        return os.path.join(self._cache, os.path.basename(package.filename or f"{package.name}.ipk"))

    def _url(self, package):
        return f"{package.source.url}/{package.filename}"


def _is_whole(package, path):
    if package.size is not None and os.path.getsize(path) != package.size:
        return False
    return package.sha256 is None or _sha256(path) == package.sha256.lower()


def _sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()
