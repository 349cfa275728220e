#!/usr/bin/env python3
"""local_apk_key.py DIR: the local key of the apk generation, EC P-256, as two PEM files with a comment before each.

`secret_of` reads such a file, or one that somebody else made.
"""

import base64
import os
import sys
from pathlib import Path

import p256

CURVE = bytes.fromhex("06082a8648ce3d030107")  # prime256v1
PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")


def main(folder: Path) -> None:
    secret = int.from_bytes(os.urandom(40), "big") % (p256.ORDER - 1) + 1
    point = _tagged(0x03, b"\x00" + p256.public_point(secret))
    # RFC 5915 and RFC 5480.
    key = _tagged(0x02, b"\x01") + _tagged(0x04, secret.to_bytes(32, "big")) + _tagged(0xA0, CURVE) + _tagged(0xA1, point)
    print("read EC key\nwriting EC key", file=sys.stderr)
    private = folder / "local-private-key.pem"
    private.write_text(_pem("EC PRIVATE KEY", _tagged(0x30, key)))
    private.chmod(0o600)
    public = _tagged(0x30, _tagged(0x30, PUBLIC_KEY + CURVE) + point)
    (folder / "local-public-key.pem").write_text(_pem("PUBLIC KEY", public))


def secret_of(file: Path) -> int:
    """The secret number: the first string of 32 bytes in it."""
    inside = file.read_text().split("-----BEGIN EC PRIVATE KEY-----")[1].split("-----END")[0]
    der = base64.b64decode(inside)
    at = der.index(b"\x04\x20") + 2
    return int.from_bytes(der[at : at + 32], "big")


def _tagged(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
    return bytes([tag]) + length + content


def _pem(kind: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"untrusted comment: Local build key\n-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
