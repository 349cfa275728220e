"""`repositories.conf`."""


class Source:
    """A feed: `src/gz NAME URL`, or `src NAME URL`."""

    def __init__(self, kind, name, url):
        self.compressed = kind == "src/gz"
        self.name = name
        self.url = url

    @property
    def list_url(self):
        return f"{self.url}/Packages.gz" if self.compressed else f"{self.url}/Packages"


class Conf:
    """The feeds in their order, the options, and the architectures packages may have (none: any)."""

    def __init__(self, text):
        self.sources = []
        self.options = {}
        self.architectures = []
        for line in text.splitlines():
            words = line.split("#")[0].split() if line.lstrip().startswith("#") else line.split()
            if len(words) >= 3 and words[0] in ("src", "src/gz"):
                self.sources.append(Source(words[0], words[1], words[2].rstrip("/")))
            elif len(words) >= 2 and words[0] == "option":
                self.options[words[1]] = words[2] if len(words) > 2 else "1"
            elif len(words) >= 2 and words[0] == "arch":
                self.architectures.append(words[1])

    @property
    def check_signature(self):
        return self.options.get("check_signature", "0") != "0"
