#!/usr/bin/env python3
"""build_images.py RECIPES DEVICE BIN_DIR: a device's images, and beside each a document of what it is.

An image that is too big is thrown away with a warning, as are documents of what isn't there: that is no failure.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import disk_image
import fwtool

PAGE = 64 * 1024


class Device:
    def __init__(self, recipes: dict, name: str):
        self.recipes = recipes
        self.name = name
        self.profile = recipes["profiles"][name]
        self.kdir = Path(os.environ["KDIR"])
        self.kernel = (self.kdir / f"{name}-kernel.bin").read_bytes()

    def root(self, filesystem: str) -> bytes:
        return (self.kdir / f"root.{filesystem}").read_bytes()


def main(recipes: Path, name: str, output: Path) -> None:
    device = Device(json.loads(recipes.read_text()), name)
    built = os.environ["BUILD_FILESYSTEMS"].split()
    if "targz" in built:
        publish(device, {"type": "rootfs", "filesystem": "targz", "suffix": "rootfs.tar.gz"}, device.root("targz"), output)
    for image in device.profile["images"]:
        needed = image["filesystem"] or "squashfs"
        # What a device boots for the first time lies beside its images, and isn't made here.
        if image["suffix"].startswith("initramfs") or needed not in built:
            continue
        publish(device, image, content_of(device, image, needed), output)


def content_of(device: Device, image: dict, filesystem: str) -> bytes:
    kind, suffix = image["type"], image["suffix"]
    if kind in ("combined", "combined-efi", "sdcard") or suffix.startswith("sdcard"):
        return disk_image.partitioned(device.kernel, device.root(filesystem), efi="efi" in kind)
    if kind == "rootfs":
        root = device.root(filesystem)
        return disk_image.compressed([(0, root)], len(root))
    if kind == "kernel":
        return device.kernel
    if suffix.endswith("preloader.bin"):
        return padded(f"preloader of {device.name}\n".encode() * 64)
    if suffix.endswith(".itb"):
        return bytes.fromhex("d00dfeed") + padded(device.kernel, PAGE - 4) + padded(device.root(filesystem))
    head = f"factory {device.name}\n".encode() if kind != "sysupgrade" else b""
    return padded(head, PAGE if head else 0) + padded(device.kernel) + padded(device.root(filesystem))


def padded(content: bytes, to: int = PAGE) -> bytes:
    return content if to == 0 else content + bytes(-len(content) % to)


def publish(device: Device, image: dict, content: bytes, output: Path) -> None:
    name = f"{os.environ['IMAGE_PREFIX']}-{image['suffix']}"
    path = device.kdir / "tmp" / name
    limit = device.profile.get("limit")
    if limit and image["type"].split("-")[0] in ("sysupgrade", "factory") and len(content) > limit:
        print(f"    WARNING: Image file {path} is too big: {len(content)} > {limit}", file=sys.stderr)
        print("Failed to open firmware file", file=sys.stderr)
        print(f"sha256sum: {path}: No such file or directory", file=sys.stderr)
        print(f"cp: cannot stat '{path}': No such file or directory", file=sys.stderr)
        print(f"Skip JSON creation for non existing file {path}")
        return
    unsigned = with_metadata(device, image, content)
    signed = with_signature(image, unsigned)
    path.write_bytes(signed)
    copy(path, output / name)
    document = overview_of(device, image, name, unsigned, signed)
    (Path(os.environ["JSON_DIR"]) / f"{name}.json").write_text(json.dumps(document))


SYSUPGRADES = ("sysupgrade", "combined", "combined-efi", "sdcard")


def with_metadata(device: Device, image: dict, content: bytes) -> bytes:
    if image["type"] not in SYSUPGRADES:
        return content
    board, recipes = os.environ["BOARD"], device.recipes
    version = {"dist": recipes["dist"], "version": recipes["version_number"], "revision": recipes["version_code"]}
    return fwtool.with_metadata(
        content,
        {
            "metadata_version": "1.1",
            "compat_version": "1.0",
            "supported_devices": device.profile["supported_devices"],
            "version": {**version, "target": recipes["target"], "board": device.name or board},
        },
    )


def with_signature(image: dict, content: bytes) -> bytes:
    """The opkg generation signs with the local key, where there is one."""
    key = Path(os.environ["TOPDIR"]) / "key-build"
    certificate = Path(f"{key}.ucert")
    if image["type"] not in SYSUPGRADES or not certificate.exists():
        return content
    import usign  # Only here: curves take their time to load.

    return fwtool.with_signature(content, certificate.read_bytes() + usign.signature(key, content))


def copy(path: Path, target: Path) -> None:
    """With cp, whose words and half-written files are known; whoever needs the file will miss it."""
    subprocess.run(["cp", str(path), str(target)], check=False)


def overview_of(device: Device, image: dict, name: str, unsigned: bytes, signed: bytes) -> dict:
    recipes, profile, fields = device.recipes, device.profile, device.recipes["fields"]
    entry = {
        "name": name,
        "type": image["type"],
        "sha256": hashlib.sha256(signed).hexdigest(),
        **({"filesystem": image["filesystem"]} if image["filesystem"] else {}),
        **({"sha256_unsigned": hashlib.sha256(unsigned).hexdigest()} if "sha256_unsigned" in fields else {}),
        **({"size": len(signed)} if "size" in fields else {}),
    }
    limits = {"file_size_limits": {"image": profile["limit"]}} if "file_size_limits" in fields and profile.get("limit") else {}
    return {
        **{key: recipes[key] for key in ("arch_packages", "target", "version_code", "version_number", "source_date_epoch")},
        **({"linux_kernel": recipes["linux_kernel"]} if recipes["linux_kernel"] else {}),
        "default_packages": sorted(recipes["default_packages"]),
        "metadata_version": 1,
        "profiles": {
            device.name: {
                "device_packages": profile["device_packages"],
                **limits,
                "image_prefix": os.environ["IMAGE_PREFIX"],
                "images": [entry],
                "supported_devices": profile["supported_devices"],
                "titles": profile["titles"],
            }
        },
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
