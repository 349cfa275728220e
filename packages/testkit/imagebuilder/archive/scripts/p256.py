"""ECDSA on P-256 (FIPS 186) in plain Python: its own library has none. Not for secrets: its time depends on them."""

import hmac

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    1,
)
# Points are x, y, z of Jacobian coordinates: x/z², y/z³.
NEUTRAL = (1, 1, 0)


def verify(public, digest, signature):
    """Whether a DER signature fits a digest and a public point, uncompressed (65 bytes)."""
    point, numbers = decode(public), _from_der(signature)
    if point is None or numbers is None:
        return False
    r, s = numbers
    if not (0 < r < ORDER and 0 < s < ORDER):
        return False
    inverse = pow(s, ORDER - 2, ORDER)
    total = add(multiply(_number(digest) * inverse % ORDER, G), multiply(r * inverse % ORDER, point))
    return total[2] != 0 and affine(total)[0] % ORDER == r


def public_point(secret):
    """The uncompressed public point of a secret number: 65 bytes."""
    x, y = affine(multiply(secret, G))
    return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(secret, digest):
    """The DER signature of a digest, its nonce made from key and digest: the same each time."""
    counter = 0
    while True:
        seed = secret.to_bytes(32, "big") + counter.to_bytes(4, "big")
        nonce = int.from_bytes(hmac.digest(seed, digest, "sha512"), "big") % (ORDER - 1) + 1
        r = affine(multiply(nonce, G))[0] % ORDER
        s = pow(nonce, ORDER - 2, ORDER) * (_number(digest) + r * secret) % ORDER
        if r and s:
            body = _der_integer(r) + _der_integer(s)
            return b"\x30" + bytes([len(body)]) + body
        counter += 1


def add(p, q):
    """The sum of two points."""
    if p[2] == 0:
        return q
    if q[2] == 0:
        return p
    zz1, zz2 = p[2] * p[2] % P, q[2] * q[2] % P
    u1, u2 = p[0] * zz2 % P, q[0] * zz1 % P
    s1, s2 = p[1] * zz2 * q[2] % P, q[1] * zz1 * p[2] % P
    if u1 == u2:
        return double(p) if s1 == s2 else NEUTRAL
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x = (r * r - hhh - 2 * v) % P
    return (x, (r * (v - x) - s1 * hhh) % P, p[2] * q[2] * h % P)


def double(p):
    """Twice a point."""
    x, y, z = p
    if z == 0 or y == 0:
        return NEUTRAL
    yy, zz = y * y % P, z * z % P
    s = 4 * x * yy % P
    m = 3 * (x - zz) * (x + zz) % P
    x2 = (m * m - 2 * s) % P
    return (x2, (m * (s - x2) - 8 * yy * yy) % P, 2 * y * z % P)


def multiply(number, point):
    """So many times a point."""
    total = NEUTRAL
    for bit in bin(number)[2:]:
        total = double(total)
        if bit == "1":
            total = add(total, point)
    return total


def affine(point):
    """x and y of a point that isn't the neutral one."""
    inverse = pow(point[2], P - 2, P)
    squared = inverse * inverse % P
    return point[0] * squared % P, point[1] * squared * inverse % P


def decode(encoded):
    """The point of 65 bytes, or None."""
    if len(encoded) != 65 or encoded[0] != 4:
        return None
    x, y = int.from_bytes(encoded[1:33], "big"), int.from_bytes(encoded[33:], "big")
    on_curve = x < P and y < P and (y * y - x * x * x + 3 * x - B) % P == 0
    return (x, y, 1) if on_curve else None


def _number(digest):
    return int.from_bytes(digest[:32], "big")


def _from_der(signature):
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        return None
    numbers, at = [], 2
    for _ in range(2):
        if at + 2 > len(signature) or signature[at] != 2:
            return None
        end = at + 2 + signature[at + 1]
        numbers.append(int.from_bytes(signature[at + 2 : end], "big"))
        at = end
    return numbers if at == len(signature) else None


def _der_integer(number):
    digits = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(digits)]) + digits
