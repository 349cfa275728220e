"""Compares apk's solver with trying every set of packages there is, on small worlds made at random from a seed.

Says each world where they differ, and ends with 1 if there was one.
"""

import itertools
import random
import sys

from apklib.dependency import Dependency
from apklib.package import Package
from apklib.solver import Solver

SEED, COUNT = sys.argv[1], int(sys.argv[2])
NAMES = "abcdev"


def main():
    dice = random.Random(SEED)
    solvable = wrong = 0
    for _ in range(COUNT):
        packages, world = some_packages(dice), some_world(dice)
        sizes = range(len(packages) + 1)
        expected = any(fits(each, world) for size in sizes for each in itertools.combinations(packages, size))
        found = Solver(packages).solve(world)
        solvable += expected
        if (found is not None) != expected or (found is not None and not fits(found, world)):
            wrong += 1
            print(f"seed {SEED}: {[str(each) for each in world]}", *map(described, packages), sep="\n  ")
    print(f"{COUNT} worlds, {wrong} wrong")
    return 1 if wrong or not 0 < solvable < COUNT else 0


def some_packages(dice):
    packages = {}
    for _ in range(dice.randint(2, 8)):
        package = Package(dice.choice("abcde"), str(dice.randint(1, 4)))
        package.identity = package.full_name.encode()
        for name in dice.choices(NAMES, k=dice.randint(0, 3)):
            if name != package.name:
                text = dice.choice(["", "", "", "!"]) + name + dice.choice(["", "", ">=2", "<3", "=2"])
                package.depends.append(Dependency.parse(text))
        if dice.random() < 0.3:
            package.provides.append(Dependency.parse(f"v={dice.randint(1, 3)}"))
        packages[package.full_name] = package
    return list(packages.values())


def some_world(dice):
    texts = (dice.choice(NAMES) + dice.choice(["", "", "", ">=2"]) for _ in range(dice.randint(1, 3)))
    return [Dependency.parse(text) for text in texts]


def fits(packages, world):
    """The rules, as plainly as they can be said."""
    provided = [(name, version, package) for package in packages for name, version in package.provided]
    for (name, _, one), (same, _, other) in itertools.combinations(provided, 2):
        if name == same and one is not other:
            return False
    asked = [(each, None) for each in world] + [(each, package) for package in packages for each in package.depends]
    for dependency, by in asked:
        there = [(version, who) for name, version, who in provided if name == dependency.name]
        if any(not dependency.is_met(version) for version, who in there if who is not by):
            return False
        if not dependency.conflict and not any(dependency.is_met(version) for version, _ in there):
            return False
    return True


def described(package):
    return f"{package.full_name}: {[str(each) for each in package.depends]} {[str(each) for each in package.provides]}"


if __name__ == "__main__":
    sys.exit(main())
