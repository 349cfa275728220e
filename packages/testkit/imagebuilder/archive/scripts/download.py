"""Downloads as both package managers make them: by the wget in PATH, which honours http_proxy by itself."""

import os
import shutil
import subprocess
import tempfile

# The real ones leave it to wget, whose twenty tries with pauses take minutes. Fewer are enough for a miniature.
_WGET = ["wget", "-q", "--timeout=60", "--tries=3", "--waitretry=1"]
_MOST_AT_ONCE = 200


class Downloads:
    """Fetches files into a folder of its own beside the cache, from where the caller moves them to their places."""

    def __init__(self, cache):
        os.makedirs(cache, exist_ok=True)
        self._folder = tempfile.mkdtemp(prefix=".fetch-", dir=cache)
        self._ready = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self._folder, ignore_errors=True)

    def prepare(self, wanted):
        """Fetches many at once, because a wget for each costs more than small files do.

        `wanted` has an address and the length its index states for each. What fails, or has another length, is just not
        prepared: `fetch` tries it again alone, and learns why.
        """
        sizes = {url: size for url, size in wanted if url.startswith(("http://", "https://", "ftp://"))}
        names = {}
        for url in sizes:
            names.setdefault(os.path.basename(url), url)
        urls = [url for url in names.values() if sizes[url] is not None]
        for at in range(0, len(urls), _MOST_AT_ONCE):
            part = urls[at : at + _MOST_AT_ONCE]
            if len(part) > 1:
                _run(_WGET + ["-P", self._folder, "--"] + part)
        for name, url in names.items():
            path = os.path.join(self._folder, name)
            if os.path.isfile(path) and os.path.getsize(path) == sizes[url]:
                self._ready[url] = path

    def fetch(self, url, target):
        """Puts the file at an address to `target`; answers wget's exit code."""
        ready = self._ready.pop(url, None)
        if ready is None:
            ready = os.path.join(self._folder, "one")
            status = _run(_WGET + ["-O", ready, "--", url])
            if status != 0:
                return status
        os.replace(ready, target)
        return 0


def _run(command):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    except FileNotFoundError:
        return 127
