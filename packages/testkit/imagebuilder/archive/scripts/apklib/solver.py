"""Finds packages that together are what the world asks for, by trying and going back."""

from functools import cmp_to_key

from apklib.versions import compare

# Real requests need some hundred steps. A feed made to be hard must not keep a build for ever.
_MOST_STEPS = 100_000


class Solver:
    """Knows all packages there are."""

    def __init__(self, packages):
        self._providers = {}
        for package in {(each.full_name, each.identity): each for each in reversed(packages)}.values():
            for name, version in package.provided:
                self._providers.setdefault(name, []).append((package, version))
        for providers in self._providers.values():
            providers.sort(key=_BEST_FIRST)
        self._steps = 0

    def solve(self, world):
        """The packages, each after what it depends on; None if there is no such set."""
        self._steps = 0
        start = _State()
        for dependency in world:
            start.ask(dependency, None)
        found = self._search(start)
        return self.in_order(world, found.chosen) if found else None

    def nearest(self, world):
        """A set that looks most like what was asked for, though not all of it fits; to explain what doesn't."""
        chosen, queue = {}, list(world)
        while queue:
            dependency = queue.pop(0)
            if dependency.conflict or any(n == dependency.name for p in chosen.values() for n, _ in p.provided):
                continue
            name = dependency.name
            providers = [each for each in self.providers(name) if self._is_selectable(name, *each)]
            best = [p for p, version in providers if dependency.is_met(version)] or [p for p, _ in providers]
            best = [package for package in best if package.name not in chosen]
            if best:
                chosen[best[0].name] = best[0]
                queue += best[0].depends
        return self.in_order(world, chosen)

    def providers(self, name):
        """Packages that stand for a name, the best first."""
        return self._providers.get(name, [])

    def in_order(self, world, chosen):
        """Chosen packages, dependencies first; circles are cut where they are met."""
        by_name = {}
        for package in chosen.values():
            for name, _ in package.provided:
                by_name.setdefault(name, []).append(package)
        order, seen = [], set()
        stack = [iter(_asked(world, by_name))]
        path = []
        while stack:
            package = next(stack[-1], None)
            if package is None:
                stack.pop()
                if path:
                    order.append(path.pop())
            elif package not in seen:
                seen.add(package)
                path.append(package)
                stack.append(iter(_asked(package.depends, by_name)))
        return order

    def _search(self, state):
        """Takes what has no alternative as long as there is such; then tries the alternatives of one name."""
        self._steps += 1
        if self._steps > _MOST_STEPS or not self._take_the_only_ones(state):
            return None
        if not state.pending:
            return state
        for dependency in state.pending:
            for package in self._candidates(dependency, state):
                attempt = state.copy()
                attempt.choose(package)
                found = self._search(attempt)
                if found or self._steps > _MOST_STEPS:
                    return found
            if not self._may_come_by_itself(dependency, state):
                return None
        return None

    def _take_the_only_ones(self, state):
        """Whether there was no contradiction. What stays pending has alternatives, or must come by itself."""
        again = True
        while again:
            again = False
            waiting, state.pending = state.pending, []
            for dependency in waiting:
                if state.is_satisfied(dependency):
                    continue
                candidates = self._candidates(dependency, state)
                by_itself = self._may_come_by_itself(dependency, state)
                if len(candidates) == 1 and not by_itself:
                    state.choose(candidates[0])
                    again = True
                elif candidates or by_itself:
                    state.pending.append(dependency)
                else:
                    return False
        return True

    def _candidates(self, dependency, state):
        name = dependency.name
        return [
            package
            for package, version in self.providers(name)
            if dependency.is_met(version) and self._is_selectable(name, package, version) and self._fits(package, state)
        ]

    def _is_selectable(self, name, package, version):
        """Of several that give a name no version and have no priority, none is taken on account of that name."""
        return version is not None or package.priority > 0 or len(self.providers(name)) == 1

    def _may_come_by_itself(self, dependency, state):
        """Whether something else may bring a provider that isn't taken on account of this name."""
        return any(
            not self._is_selectable(dependency.name, package, version)
            and dependency.is_met(version)
            and self._fits(package, state)
            for package, version in self.providers(dependency.name)
        )

    def _fits(self, package, state):
        """Whether a package can live with all that is chosen and asked."""
        for name, version in package.provided:
            if any(not each.is_met(version) for each, by in state.asked.get(name, []) if by is not package):
                return False
            for other, other_version in state.provided.get(name, []):
                if other is not package and not (version is None and other_version is None):
                    return False
        for dependency in package.depends:
            there = state.provided.get(dependency.name, [])
            if any(not dependency.is_met(version) for other, version in there if other is not package):
                return False
            if not dependency.conflict and not any(dependency.is_met(v) for _, v in self.providers(dependency.name)):
                return False
        return True


class _State:
    """What is chosen so far, what that asks, and which dependencies are still open."""

    def __init__(self):
        self.chosen = {}
        self.provided = {}
        self.asked = {}
        self.pending = []

    def copy(self):
        other = _State()
        other.chosen = dict(self.chosen)
        other.provided = {name: list(each) for name, each in self.provided.items()}
        other.asked = {name: list(each) for name, each in self.asked.items()}
        other.pending = list(self.pending)
        return other

    def choose(self, package):
        self.chosen[package.name] = package
        for name, version in package.provided:
            self.provided.setdefault(name, []).append((package, version))
        for dependency in package.depends:
            self.ask(dependency, package)

    def ask(self, dependency, by):
        self.asked.setdefault(dependency.name, []).append((dependency, by))
        if not dependency.conflict:
            self.pending.append(dependency)

    def is_satisfied(self, dependency):
        return any(dependency.is_met(version) for _, version in self.provided.get(dependency.name, []))


def _asked(dependencies, by_name):
    for dependency in dependencies:
        if not dependency.conflict:
            yield from by_name.get(dependency.name, [])


def _compare(a, b):
    """What is installed first, then the newest; at equal versions priority, then the name."""
    (package_a, version_a), (package_b, version_b) = a, b
    order = package_b.installed - package_a.installed
    if not order and version_a is not None and version_b is not None:
        order = compare(version_b, version_a)
    order = order or (version_b is not None) - (version_a is not None)
    order = order or package_b.priority - package_a.priority
    order = order or (package_a.name > package_b.name) - (package_a.name < package_b.name)
    return order or compare(package_b.version, package_a.version)


_BEST_FIRST = cmp_to_key(_compare)
