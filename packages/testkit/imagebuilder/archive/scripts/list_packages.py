#!/usr/bin/env python3
"""What the lists in the cache say of packages, as opkg shows it:

  list_packages.py DL list
  list_packages.py DL depends|whatdepends PACKAGE
"""

import gzip
import re
import sys
from pathlib import Path


def main(folder: Path, command: str, package: str = "") -> None:
    packages = [fields for file in sorted(folder.iterdir()) if "." not in file.name for fields in stanzas(file)]
    for fields in sorted(packages, key=lambda fields: fields["Package"]):
        needs = re.split(r",\s*", fields.get("Depends", ""))
        if command == "list":
            print(" - ".join([fields["Package"], fields["Version"], fields["Size"], fields.get("Description", "").strip()]))
        elif command == "depends" and fields["Package"] == package:
            print(f"{package} depends on:", *needs, sep="\n\t")
        elif command == "whatdepends" and any(need.split(" ")[0] == package for need in needs):
            print(f"{fields['Package']} - {fields['Version']}")


def stanzas(file: Path):
    content = file.read_bytes()
    text = (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode()
    for stanza in text.split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): ?(.*)$", stanza, re.MULTILINE))
        if "Package" in fields:
            yield fields


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
