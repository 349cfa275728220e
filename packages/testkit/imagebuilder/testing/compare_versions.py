"""Compares versions as one of the package managers does: lines of `a<TAB>b` in, lines of `<`, `=` or `>` out."""

import importlib
import sys

compare = importlib.import_module(f"{sys.argv[1]}lib.versions").compare
for line in sys.stdin:
    a, b = line.rstrip("\n").split("\t")[:2]
    print("<=>"[compare(a, b) + 1])
