#!/usr/bin/env python3
"""make_ext4.py ROOT IMAGE BYTES: an ext4 file system of a folder, all of it root's, the same bytes each time.

mkfs makes it empty and debugfs fills it, name after name in order: what mkfs itself copies comes in the order, and
with the times and owners, that the host's own file system happens to have.
"""

import os
import stat
import subprocess
import sys
from pathlib import Path

BLOCK = 4096
UUID = "57f8f4bc-abf4-655f-bf67-946fc0f9f25b"


def main(root: Path, image: Path, size: int) -> int:
    epoch = os.environ["SOURCE_DATE_EPOCH"]
    environment = {**os.environ, "E2FSPROGS_FAKE_TIME": epoch}
    image.unlink(missing_ok=True)
    with open(image, "wb") as file:
        file.truncate(size)
    made = subprocess.run(
        ["mkfs.ext4", "-q", "-F", "-b", str(BLOCK), "-m", "0", "-L", "rootfs", "-U", UUID]
        + ["-E", f"hash_seed={UUID},lazy_itable_init=0,lazy_journal_init=0,nodiscard", str(image)],
        env=environment, capture_output=True, text=True, check=False,
    )
    if made.returncode != 0:
        return out_of_space(root, made.stderr)
    commands = "\n".join(fill(root, epoch))
    filled = subprocess.run(
        ["debugfs", "-w", "-f", "-", str(image)],
        input=f"{commands}\n", env=environment, capture_output=True, text=True, check=False,
    )
    trouble = [line for line in filled.stderr.splitlines() if "llocate" in line or "space" in line.lower()]
    return out_of_space(root, filled.stderr) if trouble or filled.returncode != 0 else 0


def out_of_space(root: Path, said: str) -> int:
    sys.stderr.write(said[-500:])
    needed = sum(-(-file.lstat().st_size // BLOCK) for file in root.rglob("*"))
    print(f"error: ext4_allocate_best_fit_partial: failed to allocate {needed} blocks, out of space?", file=sys.stderr)
    return 1


def fill(root: Path, epoch: str):
    """debugfs' commands; folders before what is in them."""
    yield from owned("/", 0o40755, epoch)
    for path in sorted(root.rglob("*")):
        inside = f"/{path.relative_to(root)}"
        facts = path.lstat()
        if stat.S_ISLNK(facts.st_mode):
            yield f"symlink {quoted(inside)} {quoted(os.readlink(path))}"
        elif stat.S_ISDIR(facts.st_mode):
            yield f"mkdir {quoted(inside)}"
        elif stat.S_ISREG(facts.st_mode):
            yield f"write {quoted(str(path))} {quoted(inside)}"
        else:
            continue
        yield from owned(inside, facts.st_mode, epoch)


def owned(path: str, mode: int, epoch: str):
    fields = {"mode": f"0{mode:o}", "uid": 0, "gid": 0, **dict.fromkeys(("atime", "mtime", "ctime", "crtime"), f"@{epoch}")}
    for field, value in fields.items():
        yield f"set_inode_field {quoted(path)} {field} {value}"


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
