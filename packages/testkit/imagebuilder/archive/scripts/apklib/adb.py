"""apk's binary files: `ADBd` and raw deflate of an `ADB.` file, or that itself; in it blocks of values and data."""

import struct
import zlib

_ADB, _SIGNATURE, _DATA, _LONG = 0, 1, 2, 3
_MOST_BYTES = 1 << 30


class FormatError(ValueError):
    """The file isn't what it should be; the text is apk's."""

    def __init__(self, text="file format is invalid or inconsistent"):
        super().__init__(text)


class EndOfFile(FormatError):
    """The file ends too early."""

    def __init__(self):
        super().__init__("unexpected end of file")


class Adb:
    """A file taken apart. Values are read when asked for, by the number that stands for them."""

    def __init__(self, content):
        file = _decompressed(content)
        if len(file) < 8:
            raise EndOfFile()
        self.schema = file[4:8]
        self.payload = None
        self.signatures = []
        self.data = {}
        at = 8
        while at < len(file):
            kind, begin, end = _block(file, at)
            if kind == _ADB:
                self.payload = file[begin:end]
            elif kind == _SIGNATURE:
                self.signatures.append(file[begin:end])
            elif kind == _DATA and end - begin >= 8:
                self.data[struct.unpack_from("<II", file, begin)] = memoryview(file)[begin + 8 : end]
            at = (end + 7) // 8 * 8
        if self.payload is None:
            raise EndOfFile()

    @property
    def root(self):
        return self._u32(4)

    def parts(self, value):
        """Items of a list, fields of an object; none for null."""
        kind, at = value >> 28, value & 0x0FFFFFFF
        if value == 0:
            return []
        if kind not in (0xD, 0xE):
            raise FormatError()
        count = self._u32(at)
        if count < 1 or at + 4 * count > len(self.payload):
            raise FormatError()
        return list(struct.unpack_from(f"<{count - 1}I", self.payload, at + 4))

    def fields(self, value, count):
        """The first fields of an object, those that are left out as null."""
        found = self.parts(value)[:count]
        return found + [0] * (count - len(found))

    def number(self, value):
        kind, at = value >> 28, value & 0x0FFFFFFF
        if kind in (0, 1):
            return at
        if kind == 2:
            return self._u32(at)
        if kind == 3:
            return self._u32(at) | self._u32(at + 4) << 32
        raise FormatError()

    def blob(self, value):
        kind, at = value >> 28, value & 0x0FFFFFFF
        if value == 0:
            return b""
        if kind not in (8, 9, 0xA):
            raise FormatError()
        width = 1 << (kind - 8)
        length = int.from_bytes(self.payload[at : at + width], "little")
        found = self.payload[at + width : at + width + length]
        if len(found) != length:
            raise FormatError()
        return found

    def text(self, value):
        return self.blob(value).decode("utf-8", "surrogateescape")

    def _u32(self, at):
        if at + 4 > len(self.payload):
            raise FormatError()
        return int.from_bytes(self.payload[at : at + 4], "little")


def _block(file, at):
    """Kind, begin and end of a block: 2 bits of kind, 30 of size, which counts its head; or the long form."""
    if at + 4 > len(file):
        raise EndOfFile()
    word = int.from_bytes(file[at : at + 4], "little")
    kind, size, head = word >> 30, word & 0x3FFFFFFF, 4
    if kind == _LONG:
        if at + 16 > len(file):
            raise EndOfFile()
        kind, size, head = size, int.from_bytes(file[at + 8 : at + 16], "little"), 16
    if size < head:
        raise FormatError()
    if at + size > len(file):
        raise EndOfFile()
    return kind, at + head, at + size


def _decompressed(content):
    if content[:4] == b"ADB.":
        return content
    if len(content) < 5:
        raise EndOfFile()
    if content[:4] != b"ADBd":
        raise FormatError()
    inflate = zlib.decompressobj(-15)
    try:
        file = inflate.decompress(content[4:], _MOST_BYTES)
    except zlib.error as cause:
        raise FormatError() from cause
    if not inflate.eof:
        raise EndOfFile()
    if file[:4] != b"ADB.":
        raise FormatError()
    return file
