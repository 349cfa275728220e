"""Ed25519 (RFC 8032) in plain Python: its own library has none. Not for secrets: its time depends on them."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def verify(public, message, signature):
    """Whether the 64 bytes of a signature fit the 32 bytes of a public key and the message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    h = _scalar(signature[:32] + public + message)
    return _same(multiply(s, BASE), add(r, multiply(h, key)))


def public_key(seed):
    """The public key of a secret seed: both 32 bytes."""
    return compress(multiply(_expanded(seed)[0], BASE))


def sign(seed, message):
    """The signature, 64 bytes."""
    a, prefix = _expanded(seed)
    r = _scalar(prefix + message)
    start = compress(multiply(r, BASE))
    s = (r + _scalar(start + public_key(seed) + message) * a) % ORDER
    return start + s.to_bytes(32, "little")


def add(p, q):
    """The sum of two points in extended coordinates (RFC 8032, 5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(number, point):
    """So many times a point."""
    total = NEUTRAL
    while number > 0:
        if number & 1:
            total = add(total, point)
        point = add(point, point)
        number >>= 1
    return total


def compress(point):
    """The 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decompress(encoded):
    """The point of 32 bytes, or None (RFC 8032, 5.1.3)."""
    y = int.from_bytes(encoded, "little")
    sign_of_x, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if x * x % P != squared:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != squared or (x == 0 and sign_of_x):
        return None
    if x & 1 != sign_of_x:
        x = P - x
    return (x, y, 1, x * y % P)


def _expanded(seed):
    digest = hashlib.sha512(seed).digest()
    a = int.from_bytes(digest[:32], "little")
    return (a & (2**254 - 8)) | 2**254, digest[32:]


def _scalar(message):
    return int.from_bytes(hashlib.sha512(message).digest(), "little") % ORDER


def _same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


# y = 4/5, x even.
BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
