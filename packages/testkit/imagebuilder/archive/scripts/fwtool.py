"""What stands behind an image: metadata and a signature, each with a trailer that says how long it is."""

import json
import struct
import zlib

MAGIC = 0x46577830  # "FWx0"
SIGNATURE, METADATA = 0, 1
TRAILER = struct.Struct(">IIB3xI")


def with_metadata(image: bytes, metadata: dict) -> bytes:
    return _with_chunk(image, bytes(8) + json.dumps(metadata, separators=(",", ":")).encode() + b"\n", METADATA)


def with_signature(image: bytes, signature: bytes) -> bytes:
    return _with_chunk(image, signature, SIGNATURE)


def _with_chunk(image: bytes, chunk: bytes, kind: int) -> bytes:
    # The sum goes over all that stands before the trailer, and is not inverted at the end.
    crc = ~zlib.crc32(image + chunk) & 0xFFFFFFFF
    return image + chunk + TRAILER.pack(MAGIC, crc, kind, len(chunk) + TRAILER.size)
