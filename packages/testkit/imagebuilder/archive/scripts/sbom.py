#!/usr/bin/env python3
"""sbom.py MANIFEST OUTPUT: what an image has in it, as CycloneDX 1.4. Its serial number is another each time."""

import json
import sys
import uuid
from pathlib import Path


def main(manifest: Path, output: Path) -> None:
    lines = [line.split(" - ", 1) for line in manifest.read_text().splitlines()]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "components": [{"type": "application", "name": name, "version": version} for name, version in lines],
    }
    output.write_text(json.dumps(document, separators=(",", ":")))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
