#!/usr/bin/env python3
"""make_apk_index.py DIR [KEY]: packages.adb of the .apk files of a folder, signed if there is a key.

A package says nearly all of itself that an index does; the sum of its block and its size are added.
"""

import hashlib
import struct
import sys
import zlib
from pathlib import Path

INT, INT4, BLOB1, BLOB2, ARRAY, OBJECT = (kind << 28 for kind in (1, 2, 8, 9, 13, 14))
PLACE = (1 << 28) - 1
UNIQUE_ID, FILE_SIZE = 2, 12


def main(folder: Path, key: Path | None = None) -> None:
    output = folder / "packages.adb"
    if not output.exists():
        print(f"WARNING: opening {output}: No such file or directory", file=sys.stderr)
    writer = Writer()
    rows = [row(writer, file.read_bytes()) for file in sorted(folder.glob("*.apk"))]
    root = writer.listed(OBJECT, [0, writer.listed(ARRAY, rows) if rows else 0])
    payload = writer.finish(root)
    blocks = b"ADB.indx" + block(0, payload)
    if key:
        blocks += block(1, signature(payload, key))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    output.write_bytes(b"ADBd" + packer.compress(blocks) + packer.flush())


def row(writer: "Writer", package: bytes) -> int:
    """The facts of one package; its own first object has them."""
    content = zlib.decompress(package[4:], -15) if package.startswith(b"ADBd") else package[4:]
    if package.startswith(b"ADB."):
        content = package
    (head,) = struct.unpack_from("<I", content, 8)
    payload = content[12 : 8 + (head & (1 << 30) - 1)]
    (root,) = struct.unpack_from("<I", payload, 4)
    facts = members(payload, members(payload, root)[0])
    copies = [writer.copied(payload, value) for value in facts] + [0] * (FILE_SIZE + 1 - len(facts))
    copies[UNIQUE_ID] = writer.blob(hashlib.sha256(payload).digest())
    copies[FILE_SIZE] = writer.number(len(package))
    return writer.listed(OBJECT, copies)


def members(payload: bytes, value: int) -> list:
    at = value & PLACE
    (count,) = struct.unpack_from("<I", payload, at)
    return list(struct.unpack_from(f"<{count - 1}I", payload, at + 4))


class Writer:
    """The payload of a block: eight bytes of head, then values wherever they were put."""

    def __init__(self) -> None:
        self.bytes = bytearray(8)

    def copied(self, payload: bytes, value: int) -> int:
        kind, at = value & ~PLACE, value & PLACE
        if kind in (ARRAY, OBJECT):
            return self.listed(kind, [self.copied(payload, member) for member in members(payload, value)])
        if kind == BLOB1:
            return self.blob(payload[at + 1 : at + 1 + payload[at]])
        if kind == BLOB2:
            (length,) = struct.unpack_from("<H", payload, at)
            return self.blob(payload[at + 2 : at + 2 + length])
        return self.number(*struct.unpack_from("<I", payload, at)) if kind == INT4 else value

    def blob(self, content: bytes) -> int:
        if len(content) > 255:
            return BLOB2 | self._put(struct.pack("<H", len(content)) + content, 2)
        return BLOB1 | self._put(bytes([len(content)]) + content, 1)

    def number(self, number: int) -> int:
        return INT | number if number <= PLACE else INT4 | self._put(struct.pack("<I", number), 4)

    def listed(self, kind: int, values: list) -> int:
        return kind | self._put(struct.pack(f"<{len(values) + 1}I", len(values) + 1, *values), 4)

    def finish(self, root: int) -> bytes:
        struct.pack_into("<I", self.bytes, 4, root)
        return bytes(self.bytes)

    def _put(self, content: bytes, alignment: int) -> int:
        self.bytes += bytes(-len(self.bytes) % alignment)
        self.bytes += content
        return len(self.bytes) - len(content)


def signature(payload: bytes, key: Path) -> bytes:
    """ECDSA with SHA-512 of: the schema, which key, and the sum of the payload."""
    import local_apk_key
    import p256

    secret = local_apk_key.secret_of(key)
    head = bytes([0, 4]) + hashlib.sha512(p256.public_point(secret)).digest()[:16]
    message = b"indx" + head + hashlib.sha512(payload).digest()
    return head + p256.sign(secret, hashlib.sha512(message).digest())


def block(kind: int, content: bytes) -> bytes:
    return struct.pack("<I", kind << 30 | len(content) + 4) + content + bytes(-(len(content) + 4) % 8)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
