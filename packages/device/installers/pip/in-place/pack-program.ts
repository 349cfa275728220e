import { COMMON } from "./common-program.ts";

/**
 * Makes a wheel of each distribution that is installed, from its RECORD and the files as they lie there now. What pip
 * makes itself at each install (scripts of entry points, byte code, INSTALLER) is left out; `direct_url.json` is told
 * instead, for no wheel may have one. Each wheel is read again in full before it gets its name.
 */
export const PACK = `${COMMON}${String.raw`
import base64, hashlib, shutil, stat, zipfile

MADE_BY_PIP = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "RECORD.jws", "RECORD.p7s")

def text_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeError):
        return None

def digest(algorithm):
    return base64.urlsafe_b64encode(algorithm.digest()).rstrip(b"=").decode()

def wheel_text(info):
    text = text_of(os.path.join(info, "WHEEL"))
    if text and re.search(r"(?m)^Tag:", text):
        return text
    return "Wheel-Version: 1.0\nGenerator: pawl\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

def tag_of(text):
    tags = [line.split(":", 1)[1].strip().split("-") for line in text.splitlines() if line.startswith("Tag:")]
    return "-".join(".".join(sorted(set(part))) for part in zip(*tags))

def in_wheel(info, path, made, data):
    """Where a file goes in the wheel; None for what pip makes again."""
    lib = os.path.dirname(info)
    if os.path.basename(os.path.dirname(path)) == "__pycache__":
        return None
    if os.path.dirname(path) == info and os.path.basename(path) in MADE_BY_PIP:
        return None
    if is_inside(path, lib):
        return os.path.relpath(path, lib)
    if is_inside(path, SCRIPTS):
        inside = os.path.relpath(path, SCRIPTS)
        return None if inside in made else data + "/scripts/" + inside
    if is_inside(path, DATA):
        return data + "/data/" + os.path.relpath(path, DATA)
    raise ValueError("%s lies outside the environment" % path)

def pack(info, into):
    name, version = metadata(info)
    rows = record(info)
    if rows is None:
        raise ValueError("%s has no RECORD of its files" % info)
    # No dash in either part: it is what separates them.
    base = re.sub(r"[-_.]+", "_", name) + "-" + version.replace("-", "_")
    own = base + ".dist-info"
    made = set(scripts_of(text_of(os.path.join(info, "entry_points.txt")) or ""))
    wheel = wheel_text(info)
    file_name = "%s-%s.whl" % (base, tag_of(wheel))
    target = os.path.join(into, file_name)
    lines, edited, missing = [], [], []

    def add(zipped, arc, path, expected):
        try:
            source = open(path, "rb")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            missing.append(path)
            return
        hashed, size = hashlib.sha256(), 0
        with source:
            stats = os.fstat(source.fileno())
            if not stat.S_ISREG(stats.st_mode):
                raise ValueError("%s is no ordinary file" % path)
            entry = zipfile.ZipInfo(arc)
            entry.external_attr = (stats.st_mode & 0xFFFF) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with zipped.open(entry, "w", force_zip64=stats.st_size > 2**30) as packed:
                for chunk in iter(lambda: source.read(1 << 20), b""):
                    hashed.update(chunk)
                    size += len(chunk)
                    packed.write(chunk)
        hexed = "sha256=" + digest(hashed)
        if expected.startswith("sha256=") and expected.rstrip("=") != hexed:
            edited.append(path)
        lines.append([arc, hexed, str(size)])

    def write(zipped, arc, text):
        content = text.encode()
        zipped.writestr(zipfile.ZipInfo(arc), content, zipfile.ZIP_DEFLATED)
        lines.append([arc, "sha256=" + digest(hashlib.sha256(content)), str(len(content))])

    with zipfile.ZipFile(target + ".tmp", "w", zipfile.ZIP_DEFLATED) as zipped:
        done = set()
        for row in rows:
            path = place(info, row[0])
            if path in done:
                continue
            done.add(path)
            arc = in_wheel(info, path, made, base + ".data")
            if arc is None or path == os.path.join(info, "WHEEL"):
                continue
            if os.path.dirname(path) == info or is_inside(path, info):
                arc = own + "/" + os.path.relpath(path, info)
            add(zipped, arc, path, row[1] if len(row) > 1 else "")
        write(zipped, own + "/WHEEL", wheel)
        with zipped.open(zipfile.ZipInfo(own + "/RECORD"), "w") as packed:
            for line in [*lines, [own + "/RECORD", "", ""]]:
                packed.write((",".join('"%s"' % part.replace('"', '""') if re.search('[",]', part) else part
                    for part in line) + "\n").encode())

    check(target + ".tmp", lines)
    with open(target + ".tmp", "rb") as packed:
        hashed = hashlib.sha256()
        for chunk in iter(lambda: packed.read(1 << 20), b""):
            hashed.update(chunk)
        os.fsync(packed.fileno())
    os.chmod(target + ".tmp", 0o644)
    os.replace(target + ".tmp", target)
    return {
        "name": canonical(name),
        "version": version,
        "file": file_name,
        "sha256": hashed.hexdigest(),
        "directUrl": text_of(os.path.join(info, "direct_url.json")),
        "edited": edited,
        "missing": missing,
    }

def check(path, lines):
    with zipfile.ZipFile(path) as zipped:
        for arc, expected, _ in lines:
            hashed = hashlib.sha256()
            with zipped.open(arc) as packed:
                for chunk in iter(lambda: packed.read(1 << 20), b""):
                    hashed.update(chunk)
            if "sha256=" + digest(hashed) != expected:
                raise ValueError("%s could not be read again from %s" % (arc, path))

asked = json.load(sys.stdin)
answer = []
for info in asked["infos"]:
    try:
        answer.append(pack(info, asked["into"]))
    except ValueError as error:
        json.dump({"refused": str(error)}, sys.stdout)
        break
else:
    json.dump({"wheels": answer}, sys.stdout)
`}`;
