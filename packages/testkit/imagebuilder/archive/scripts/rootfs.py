"""Writing packages' files below the root folder of an image."""

import os
import stat


class BadPath(ValueError):
    """A package has a file that would lie outside of the root."""


def clean(name):
    """A member's path without `./` before and `/` after. @raises BadPath"""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in name:
        raise BadPath(name)
    return "/".join(parts)


def make_folder(root, path, mode=0o755, mtime=None):
    """A folder and those above it; one that is there, or a link to one, keeps its kind."""
    full = os.path.join(root, path)
    try:
        os.mkdir(full, mode)
    except FileExistsError:
        if not os.path.isdir(full):
            raise
        return
    except FileNotFoundError:
        make_folder(root, os.path.dirname(path))
        os.mkdir(full, mode)
    os.chmod(full, mode)
    if mtime is not None:
        os.utime(full, (mtime, mtime))


def write_file(root, path, content, mode, mtime=None):
    """A file in place of what was there; links are replaced, not followed. Half a file doesn't stay."""
    full = os.path.join(root, path)
    _make_way(root, path, full)
    try:
        with open(full, "xb") as file:
            file.write(content)
    except OSError:
        if os.path.lexists(full):
            os.unlink(full)
        raise
    os.chmod(full, stat.S_IMODE(mode))
    if mtime is not None:
        os.utime(full, (mtime, mtime))


def write_link(root, path, target, hard=False):
    """A symbolic link with just this target, or a hard link to a file of the root."""
    full = os.path.join(root, path)
    _make_way(root, path, full)
    if hard:
        os.link(os.path.join(root, clean(target)), full, follow_symlinks=False)
    else:
        os.symlink(target, full)


def holds_file(root, path):
    """Whether something that is no folder is at this place."""
    full = os.path.join(root, path)
    return os.path.lexists(full) and not os.path.isdir(full)


def save(path, content):
    """A database's file, whole or not at all."""
    temporary = path + ".new"
    with open(temporary, "wb") as file:
        file.write(content)
    os.replace(temporary, path)


def _make_way(root, path, full):
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(os.path.join(root, folder)):
        make_folder(root, folder)
    if os.path.lexists(full):
        os.unlink(full)
