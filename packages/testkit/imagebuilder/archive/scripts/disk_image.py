"""Disks with a partition for the kernel and one for the root file system, in their compressed form.

Most of a disk is nothing, and is never made: what is on it comes as pieces, each with its place.
"""

import os
import struct
import zlib

SECTOR = 512
MIB = 1 << 20
ALIGNMENT = 512 * SECTOR


def partitioned(kernel: bytes, root: bytes, efi: bool) -> bytes:
    """What doesn't fit the second partition is written all the same: nothing here looks."""
    kernel_size = int(os.environ["CONFIG_TARGET_KERNEL_PARTSIZE"]) * MIB
    root_size = int(os.environ["CONFIG_TARGET_ROOTFS_PARTSIZE"]) * MIB
    root_start = ALIGNMENT + kernel_size + ALIGNMENT
    table = partition(0xEF if efi else 0x83, ALIGNMENT, kernel_size, boot=True)
    table += partition(0x83, root_start, root_size, boot=False)
    pieces = [(446, table), (510, b"\x55\xaa"), (ALIGNMENT, kernel), (root_start, root)]
    return compressed(pieces, max(root_start + root_size, root_start + len(root)))


def partition(kind: int, start: int, size: int, boot: bool) -> bytes:
    return struct.pack("<B3xB3xII", 0x80 if boot else 0, kind, start // SECTOR, size // SECTOR)


def compressed(pieces: list, size: int) -> bytes:
    """gzip, a member for each MiB: that of nothing is made once."""
    empty = bytes(MIB)
    nothing = member(empty)
    members = []
    for start in range(0, size, MIB):
        length = min(MIB, size - start)
        inside = [(at, content) for at, content in pieces if at < start + length and start < at + len(content)]
        part = bytearray(length)
        for at, content in inside:
            first, last = max(at, start), min(at + len(content), start + length)
            part[first - start : last - start] = content[first - at : last - at]
        members.append(nothing if part == empty else member(bytes(part)))
    return b"".join(members)


def member(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(content) + packer.flush()
