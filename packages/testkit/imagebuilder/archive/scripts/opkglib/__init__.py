"""A small opkg: as much of it as an ImageBuilder uses."""
