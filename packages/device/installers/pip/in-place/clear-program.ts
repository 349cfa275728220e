import { COMMON } from "./common-program.ts";

/**
 * Removes distributions from an environment, whole or however much of them a pip that was killed has left: what their
 * RECORDs list, what the named wheels would have put there, byte code of that, and the `~…` folders in which pip keeps
 * what it is about to remove. With `remains` only those folders go, and metadata that isn't among `keep`. What another
 * distribution lists stays. May run any number of times.
 */
export const CLEAR = `${COMMON}
import shutil, zipfile

# As pip makes them up: tempdir.AdjacentTempDirectory.
LEADING = set("-~.=%0123456789")

def is_leftover(entry, name):
    if not entry.startswith("~") or entry == name:
        return False
    if len(entry) == len(name):
        return any(entry[at:] == name[at:] and set(entry[1:at]) <= LEADING for at in range(1, len(name)))
    return entry.endswith(name) and set(entry[1 : -len(name)]) <= LEADING

def of_wheel(path):
    """Every place that a wheel's files may go to."""
    places = []
    with zipfile.ZipFile(path) as zipped:
        names = [name for name in zipped.namelist() if not name.endswith("/")]
        for name in names:
            top, _, rest = name.partition("/")
            if not top.endswith(".data"):
                places += [os.path.normpath(os.path.join(lib, name)) for lib in LIBS]
                if top.endswith(".dist-info") and rest == "entry_points.txt":
                    made = scripts_of(zipped.read(name).decode("utf-8", "replace"))
                    places += [os.path.join(SCRIPTS, script) for script in made]
                continue
            key, _, inside = rest.partition("/")
            if key in ("purelib", "platlib"):
                places += [os.path.normpath(os.path.join(lib, inside)) for lib in LIBS]
            elif key == "scripts":
                places.append(os.path.normpath(os.path.join(SCRIPTS, inside)))
            elif key == "data":
                places.append(os.path.normpath(os.path.join(DATA, inside)))
            elif key == "headers":
                distribution = top[: -len(".data")].split("-")[0]
                version = "python%d.%d" % sys.version_info[:2]
                for folder in (os.path.join(DATA, "include", "site", version), PATHS["include"]):
                    places.append(os.path.normpath(os.path.join(folder, distribution, inside)))
    return places

def is_ours(path):
    """No RECORD leads out of the environment, by dots or through a link."""
    parent = os.path.realpath(os.path.dirname(path))
    return any(is_inside(path, root) and (parent == root or is_inside(parent, root)) for root in (*LIBS, SCRIPTS, DATA))

def leftovers(tops):
    for folder, names in tops.items():
        for entry in listed(folder):
            if entry.startswith("~") and any(is_leftover(entry, name) for name in names):
                yield os.path.join(folder, entry)

def drop(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        try:
            os.unlink(path)
        except (FileNotFoundError, NotADirectoryError):
            pass

def compiled(path):
    if not path.endswith(".py"):
        return []
    folder, file = os.path.split(path)
    cache = os.path.join(folder, "__pycache__")
    return [os.path.join(cache, entry) for entry in listed(cache) if entry.startswith(file[:-2]) and entry.endswith(".pyc")]

def prune(folder):
    while any(is_inside(folder, lib) for lib in LIBS):
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)

asked = json.load(sys.stdin)
names, keep = set(asked["names"]), set(asked["keep"])
places, doomed, others = set(), [], set()
for info in infos():
    if name_of(info) in names:
        doomed.append(info)
        places.update(place(info, row[0]) for row in record(info) or [])
    else:
        others.update(place(info, row[0]) for row in record(info) or [])
for wheel in asked["wheels"]:
    # One may have been removed to make room, when it was no longer needed for this.
    if os.path.exists(wheel):
        places.update(of_wheel(wheel))

# By folder, the names of the folders in it that pip may have begun to move out of the way.
tops = {}
for path in {*doomed, *(os.path.dirname(path) for path in places)}:
    while any(is_inside(path, root) for root in (*LIBS, SCRIPTS, DATA)):
        path, name = os.path.split(path)
        tops.setdefault(path, set()).add(name)
gone = []
for path in list(leftovers(tops)):
    drop(path)
    gone.append(path)

if asked["remains"]:
    for info in doomed:
        if info not in keep:
            drop(info)
            gone.append(info)
else:
    folders = set()
    for path in sorted(places):
        if path in others or not is_ours(path) or not os.path.lexists(path):
            for left in compiled(path) if path not in others and is_ours(path) else []:
                drop(left)
                folders.add(os.path.dirname(left))
            continue
        for one in [*compiled(path), path]:
            if os.path.isdir(one) and not os.path.islink(one):
                continue
            drop(one)
            folders.add(os.path.dirname(one))
    for info in doomed:
        drop(info)
        gone.append(info)
    for folder in sorted(folders, key=len, reverse=True):
        prune(folder)
json.dump({"gone": gone}, sys.stdout)
`;
