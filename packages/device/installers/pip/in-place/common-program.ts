/**
 * What the programs that look at an environment, pack what is in it and clear it have in common. They get their orders as
 * JSON on stdin, answer with JSON on stdout, and need nothing but Python's own library (3.8 or newer).
 *
 * Only what pip itself would install into counts as the environment: what lies elsewhere on the path, from the
 * distribution or beside a virtual environment, is shadowed by an install and never changed.
 */
export const COMMON = `
import csv, email.parser, json, os, re, sys, sysconfig

PATHS = sysconfig.get_paths()
LIBS = list(dict.fromkeys(os.path.realpath(PATHS[key]) for key in ("purelib", "platlib")))
SCRIPTS = os.path.realpath(PATHS["scripts"])
DATA = os.path.realpath(PATHS["data"])

def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()

def listed(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []

def infos():
    for lib in LIBS:
        for entry in listed(lib):
            if entry.endswith(".dist-info") and not entry.startswith("~"):
                yield os.path.join(lib, entry)

def metadata(info):
    try:
        with open(os.path.join(info, "METADATA"), "rb") as file:
            found = email.parser.BytesHeaderParser().parse(file)
    except OSError:
        return None
    name, version = found.get("Name"), found.get("Version")
    return (str(name).strip(), str(version).strip()) if name and version else None

def name_of(info):
    found = metadata(info)
    if found:
        return canonical(found[0])
    return canonical(os.path.basename(info)[: -len(".dist-info")].rsplit("-", 1)[0])

def record(info):
    try:
        with open(os.path.join(info, "RECORD"), newline="", encoding="utf-8") as file:
            return [row for row in csv.reader(file) if row and row[0]]
    except (OSError, UnicodeError, csv.Error):
        return None

def place(info, path):
    return os.path.normpath(os.path.join(os.path.dirname(info), path))

def is_inside(path, folder):
    return path.startswith(folder.rstrip("/") + "/")

def scripts_of(text):
    """The names of the programs that pip makes of entry_points.txt."""
    names, wanted = [], False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            wanted = line in ("[console_scripts]", "[gui_scripts]")
        elif wanted and "=" in line and line[0] not in "#;":
            names.append(line.split("=", 1)[0].strip())
    return names
`;
