"""Which package a name or a dependency stands for. opkg takes the first that will do, and never comes back on it."""

from functools import cmp_to_key

from opkglib.messages import error
from opkglib.versions import compare, satisfies


class Selection:
    """All packages known: those of the root, those given by hand, those of the lists."""

    def __init__(self, architectures):
        self._architectures = set(architectures) | {"all", "noarch"} if architectures else None
        self._by_name = {}
        self._providers = {}
        self._resolvable = {}
        self._looked_at = set()

    def add(self, package):
        """Of packages that are the same, the one that came first counts."""
        if self._architectures is not None and package.architecture not in self._architectures:
            return package
        same_name = self._by_name.setdefault(package.name, [])
        for known in same_name:
            if known.version == package.version and known.architecture == package.architecture:
                known.source = known.source or package.source
                return known
        same_name.append(package)
        for name in [package.name, *package.provides]:
            providers = self._providers.setdefault(name, [])
            if package.name not in providers:
                providers.append(package.name)
        return package

    def named(self, name):
        return self._by_name.get(name, [])

    def installed(self, name):
        """The installed package of just this name, or None."""
        return next((package for package in self.named(name) if package.installed), None)

    def by_name(self, name):
        """What is installed when somebody asks for a name; None if there is nothing."""
        return self._best(name, lambda package: package.name == name, quiet=False)

    def best_quietly(self, name):
        """A guess at what `by_name` will say, without looking deeper."""
        return next((p for provider in self._providers.get(name, []) for p in self.named(provider)), None)

    def needs(self, package):
        """A guess at what a package will bring with it."""
        return [self.best_quietly(possibilities[0].name) for possibilities in package.depends if possibilities]

    def all_installed(self):
        return [package for name in sorted(self._by_name) for package in self._by_name[name] if package.installed]

    def unsatisfied(self, package, found):
        """Adds what has to be installed for a package to `found`, in that order.

        Answers the dependencies nothing can satisfy. Each name is looked at once in a run, which also ends circles.
        """
        if package.name in self._looked_at:
            return []
        self._looked_at.add(package.name)
        lost = []
        for possibilities in package.depends:
            if any(self._satisfier(each, installed=True) for each in possibilities):
                continue
            chosen = next(filter(None, (self._satisfier(each, installed=False) for each in possibilities)), None)
            if chosen is None:
                lost.append(" | ".join(str(each) for each in possibilities))
            elif chosen is not package and chosen not in found:
                lost += self.unsatisfied(chosen, found)
                if chosen not in found:
                    found.append(chosen)
        return lost

    def conflicting(self, package):
        """Packages that are installed, or about to be, and that this one says it can't live with.

        What the others say isn't asked: that is why the order matters.
        """
        found = []
        for conflict in package.conflicts:
            for other in self.named(conflict.name):
                there = other.installed or other.wanted
                if there and satisfies(other.version, conflict.operator, conflict.version):
                    if other is not package and other.name not in package.replaces and other not in found:
                        found.append(other)
        return found

    def _satisfier(self, dependency, installed):
        def fits(package):
            there = package.installed or not installed
            return there and satisfies(package.version, dependency.operator, dependency.version)

        providers = self._providers.get(dependency.name, [])
        if installed and not any(package.installed for name in providers for package in self.named(name)):
            return None
        chosen = self._best(dependency.name, fits, quiet=True)
        return chosen if chosen is not None and fits(chosen) else None

    def _best(self, name, fits, quiet):
        """opkg's choice: the latest that fits, with that very name if there is one; else what there is."""
        candidates = [package for provider in self._providers.get(name, []) for package in self.named(provider)]
        matching = [package for package in candidates if self._is_resolvable(package)]
        if not matching:
            if candidates:
                why = f"Packages for {name} found, but incompatible with the architectures configured\n"
                error("pkg_hash_fetch_best_installation_candidate", why)
            return None
        matching.sort(key=_IN_ORDER)
        fitting = [package for package in matching if fits(package)]
        by_hand = [package for package in fitting if package.local_file and package.source is None]
        of_that_name = [package for package in fitting if package.name == name]
        if fitting:
            return (by_hand[:1] or of_that_name[-1:] or fitting[-1:])[0]
        installed = [package for package in matching if package.installed]
        if installed:
            return installed[-1]
        if len({package.name for package in matching}) > 1:
            return None if quiet else matching[0]
        return matching[-1]

    def _is_resolvable(self, package):
        """Whether all it needs is there, however deep; says what isn't, once."""
        known = self._resolvable.get(package)
        if known is not None:
            return known
        self._resolvable[package] = True
        lost = [
            " | ".join(str(each) for each in possibilities)
            for possibilities in package.depends
            if not any(self._satisfier(each, True) or self._satisfier(each, False) for each in possibilities)
        ]
        for text in lost:
            error("pkg_hash_check_unresolved", f"cannot find dependency {text} for {package.name}\n")
        self._resolvable[package] = not lost
        return not lost


_IN_ORDER = cmp_to_key(
    lambda a, b: (a.name > b.name) - (a.name < b.name)
    or compare(a.version, b.version)
    or (a.architecture > b.architecture) - (a.architecture < b.architecture)
)
