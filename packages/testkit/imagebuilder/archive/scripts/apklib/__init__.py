"""A small apk: as much of version 3 as an ImageBuilder uses."""
