#!/usr/bin/env python3
"""ipkg_make_index.py DIR [KEY]: the index of the .ipk files of a folder, signed if there is a key. None: an empty one."""

import gzip
import hashlib
import io
import sys
import tarfile
from pathlib import Path


def main(folder: Path, key: Path | None = None) -> None:
    stanzas = [stanza(file) for file in sorted(folder.glob("*.ipk"))]
    index = "".join(f"{text}\n" for text in stanzas).encode()
    # Older usign sums text of such lengths wrong.
    if (64 + len(index)) % 128 in (110, 111):
        index += b"\n\n"
    (folder / "Packages").write_bytes(index)
    (folder / "Packages.gz").write_bytes(gzip.compress(index, mtime=0))
    if key:
        import usign

        (folder / "Packages.sig").write_bytes(usign.signature(key, index))


def stanza(file: Path) -> str:
    content = file.read_bytes()
    control = control_of(content)
    head, _, description = control.partition("\nDescription:")
    facts = f"Filename: {file.name}\nSize: {len(content)}\nSHA256sum: {hashlib.sha256(content).hexdigest()}"
    return f"{head}\n{facts}\nDescription:{description}" if description else f"{control.rstrip()}\n{facts}\n"


def control_of(package: bytes) -> str:
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as outer:
        inner = outer.extractfile("./control.tar.gz").read()
    with tarfile.open(fileobj=io.BytesIO(inner), mode="r:gz") as archive:
        return archive.extractfile("./control").read().decode()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
