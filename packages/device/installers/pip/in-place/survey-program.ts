import { COMMON } from "./common-program.ts";

/** Tells what is installed in an environment, and where it is. Changes nothing. */
export const SURVEY = `${COMMON}${String.raw`
found, damaged, old = [], [], []
for info in infos():
    known = metadata(info)
    if known is None:
        damaged.append({"path": info, "name": name_of(info)})
        continue
    found.append({
        "name": canonical(known[0]),
        "version": known[1],
        "path": info,
        "recorded": record(info) is not None,
        "changed": os.stat(os.path.join(info, "METADATA")).st_mtime,
    })
for lib in LIBS:
    for entry in listed(lib):
        if entry.endswith((".egg-info", ".egg-link", ".egg")):
            base = entry.rsplit(".", 1)[0]
            old.append({"path": os.path.join(lib, entry), "name": canonical(re.split(r"-\d", base)[0])})
leftovers = [os.path.join(lib, entry) for lib in LIBS for entry in listed(lib) if entry.startswith("~")]
try:
    from pip import __version__ as pip
except ImportError:
    pip = None
json.dump({
    "pip": pip,
    "libs": LIBS,
    "scripts": SCRIPTS,
    "data": DATA,
    "installed": found,
    "damaged": damaged,
    "old": old,
    "leftovers": leftovers,
}, sys.stdout)
`}`;
