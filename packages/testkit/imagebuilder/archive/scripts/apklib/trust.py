"""Signatures of apk's files, by EC P-256 keys in PEM files."""

import base64
import binascii
import glob
import hashlib
import os
import re

import p256

_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", re.DOTALL)
_HEAD = 18
_VERSION, _SHA512 = 0, 4


class Keys:
    """The public keys of a folder, every `*.pem` of it."""

    def __init__(self, folder):
        self._points = {}
        for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*.pem"))):
            point = _point(path)
            if point is not None:
                self._points[hashlib.sha512(point).digest()[:16]] = point

    def trust(self, adb):
        """Whether one of the keys signed it: the schema, the signature's head, and the hash of the block of values."""
        digest = hashlib.sha512(adb.payload).digest()
        for block in adb.signatures:
            head = block[:_HEAD]
            point = self._points.get(head[2:])
            if point is None or head[0] != _VERSION or head[1] != _SHA512:
                continue
            message = hashlib.sha512(adb.schema + head + digest).digest()
            if p256.verify(point, message, block[_HEAD:]):
                return True
        return False


def _point(path):
    """The point is the end of the key's DER."""
    try:
        with open(path, encoding="latin-1") as file:
            found = _PEM.search(file.read())
        content = base64.b64decode("".join(found.group(1).split())) if found else b""
    except (OSError, binascii.Error):
        return None
    return content[-65:] if len(content) == 91 and content[-65] == 4 else None
