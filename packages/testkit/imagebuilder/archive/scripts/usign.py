#!/usr/bin/env python3
"""The local key of the opkg generation, which signs what is built here.

  usign.py generate KEY       makes KEY and KEY.pub
  usign.py certify KEY        makes KEY.ucert, which says that the key may sign images
  usign.py sign FILE KEY      makes FILE.sig
  usign.py add KEY.pub DIR    puts a public key where it is looked for: under its number
"""

import base64
import json
import os
import sys
from pathlib import Path

import ed25519

ALGORITHM = b"Ed"


def generate(key: Path) -> None:
    seed, number = os.urandom(32), os.urandom(8)
    public = ed25519.public_key(seed)
    secret = ALGORITHM + b"BK" + bytes(4) + bytes(16) + bytes(8) + number + seed + public
    _write(key, "Local build key", secret, 0o600)
    _write(Path(f"{key}.pub"), "Local build key", ALGORITHM + number + public)


def certify(key: Path) -> None:
    payload = json.dumps({"ucert": {"certtype": 1, "validfrom": 0, "pubkey": Path(f"{key}.pub").read_text()}}).encode()
    Path(f"{key}.ucert").write_bytes(payload + b"\n" + signature(key, payload))


def add(public: Path, folder: Path) -> None:
    number = _decoded(public)[2:10].hex()
    (folder / number).write_text(public.read_text())


def signature(key: Path, message: bytes) -> bytes:
    """The content of a signature file, by a key that isn't locked by a passphrase."""
    secret = _decoded(key)
    number, seed = secret[32:40], secret[40:72]
    return _text(f"signed by key {number.hex()}", ALGORITHM + number + ed25519.sign(seed, message)).encode()


def sign(file: Path, key: Path) -> None:
    Path(f"{file}.sig").write_bytes(signature(key, file.read_bytes()))


def _decoded(file: Path) -> bytes:
    """Of a file of two lines, a comment and base64; the comment may be missing."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("untrusted comment:")]
    return base64.b64decode(lines[-1])


def _write(file: Path, comment: str, content: bytes, mode: int = 0o644) -> None:
    file.write_text(_text(comment, content))
    file.chmod(mode)


def _text(comment: str, content: bytes) -> str:
    return f"untrusted comment: {comment}\n{base64.b64encode(content).decode()}\n"


if __name__ == "__main__":
    COMMANDS = {"generate": generate, "certify": certify, "sign": sign, "add": add}
    COMMANDS[sys.argv[1]](*map(Path, sys.argv[2:]))
