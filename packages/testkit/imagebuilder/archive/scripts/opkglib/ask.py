"""What the lists say: `list`, `depends`, `whatdepends`."""


def print_list(packages):
    """`name - version - size - description`, sorted, the first line of the description."""
    for package in sorted(packages, key=lambda each: (each.name, each.version)):
        description = package.fields.get("Description", "").split("\n")[0].strip()
        print(f"{package.name} - {package.version} - {package.size or 0} - {description}")


def print_depends(packages, name):
    for package in packages:
        if package.name == name:
            print(f"{name} depends on:")
            for possibilities in package.depends:
                print("\t" + " | ".join(map(str, possibilities)))


def print_what_depends(packages, name):
    """Packages that need a name, or what provides it."""
    print(f"Root set:\n  {name}\nWhat depends on root set")
    names = {name, *(provided for package in packages if package.name == name for provided in package.provides)}
    for package in packages:
        for dependency in (each for possibilities in package.depends for each in possibilities):
            if dependency.name in names:
                print(f"\t{package.name} {package.version}\tdepends on {dependency}")
