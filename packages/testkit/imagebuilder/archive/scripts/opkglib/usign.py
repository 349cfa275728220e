"""Signatures of usign: two lines, a comment and base64."""

import base64
import binascii
import os

import ed25519


def verify(message, signature_text, keys):
    """Whether one of the keys in a folder signed the message. The key's file must be named by its fingerprint."""
    signature = _second_line(signature_text, 74)
    if signature is None:
        return False
    number = signature[2:10]
    try:
        with open(os.path.join(keys, number.hex()), encoding="utf-8", errors="replace") as file:
            public = _second_line(file.read(), 42)
    except OSError:
        return False
    if public is None or public[2:10] != number:
        return False
    return ed25519.verify(public[10:], message, signature[10:])


def _second_line(text, size):
    """Both kinds of files: `Ed`, 8 bytes of the key's number, then key or signature."""
    lines = text.splitlines()
    if len(lines) < 2 or not lines[0].startswith("untrusted comment:"):
        return None
    try:
        content = base64.b64decode(lines[1].strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) == size and content[:2] == b"Ed" else None
