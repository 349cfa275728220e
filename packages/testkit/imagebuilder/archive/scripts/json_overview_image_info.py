#!/usr/bin/env python3
"""json_overview_image_info.py FOLDER profiles.json: one document of what was said of each image.

A document of the same build that is there already gets these profiles beside its own.
"""

import json
import sys
from pathlib import Path


def main(folder: Path, output: Path) -> None:
    overview: dict = {}
    for file in sorted(folder.glob("*.json")):
        image = json.loads(file.read_text())
        if not overview:
            overview = image
            continue
        for name, profile in image["profiles"].items():
            known = overview["profiles"].setdefault(name, profile)
            if known is not profile:
                known["images"] += profile["images"]
    if not overview:
        print("JSON info file script could not find any JSON files for target")
        return
    if output.exists():
        earlier = json.loads(output.read_text())
        if earlier.get("version_code") == overview["version_code"]:
            overview["profiles"] = {**earlier["profiles"], **overview["profiles"]}
    output.write_text(json.dumps(overview, sort_keys=True, separators=(",", ":")))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
