"""Why a request can't be met, in apk's words."""

from apklib.messages import error, wrapped


def explain(world, solver):
    """Says what doesn't fit on stderr. Answers how many packages and names have trouble, 1 at least."""
    chosen = solver.nearest(world)
    asked = [(None, dependency) for dependency in world]
    asked += [(package, dependency) for package in chosen for dependency in package.depends]
    present = {name for package in chosen for name, _ in package.provided}
    sections, seen = [], set()

    def missing(dependencies):
        for dependency in dependencies:
            if not dependency.conflict and dependency.name not in present and dependency.name not in seen:
                seen.add(dependency.name)
                sections.append(_name(dependency.name, asked, solver))

    missing(world)
    for package in chosen:
        section = _package(package, asked, chosen)
        if section:
            sections.append(section)
        missing(package.depends)
    text = "\n".join(sections) or "  Huh? Error reporter did not find the broken constraints."
    error(f"unable to select packages:\n{text}")
    return max(1, len(sections))


def _name(name, asked, solver):
    providers = solver.providers(name)
    if providers:
        names = dict.fromkeys(package.name for package, _ in providers)
        lines = [f"  {name} (virtual):", wrapped("provided by:", names)]
    else:
        lines = [f"  {name} (no such package):"]
    wanted = [_by(who, what) for who, what in asked if what.name == name and not what.conflict]
    return "\n".join([*lines, wrapped("required by:", wanted)])


def _package(package, asked, chosen):
    conflicts, broken, satisfied = [], [], []
    for name, version in package.provided:
        for other in chosen:
            versions = [theirs for theirs_name, theirs in other.provided if theirs_name == name]
            if other is not package and any(version is not None or theirs is not None for theirs in versions):
                own = f"[{name}{'=' + version if version else ''}]" if name != package.name else ""
                conflicts.append(other.full_name + own)
        for who, what in asked:
            if what.name != name or (who is package and what.conflict):
                continue
            if not what.is_met(version):
                broken.append(_by(who, what))
            elif not what.conflict:
                satisfied.append(_by(who, what))
    if not conflicts and not broken:
        return None
    lines = [f"  {package.full_name}:"]
    for label, words in (("conflicts:", conflicts), ("breaks:", broken), ("satisfies:", satisfied)):
        if words:
            lines.append(wrapped(label, dict.fromkeys(words)))
    return "\n".join(lines)


def _by(who, what):
    return f"{who.full_name if who else 'world'}[{what}]"
