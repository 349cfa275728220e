import { PipInstall } from "@pawl/protocol";
import { expect, test } from "vitest";
import { missingIn } from "./dependencies.ts";
import { indexesOf } from "./indexes.ts";
import { ownLines } from "./lock-file.ts";
import { pythonEnvironment } from "./python.ts";

test("an index's password is neither in pip's arguments nor in an address that it repeats", () => {
  const { env, netrc } = indexesOf(
    PipInstall.parse({
      distribution: "kettle",
      home: "/opt/kettle",
      index_url: "https://me:p%40ss%22word@pypi.example.org/simple",
      extra_index_urls: ["https://a.example.org/x", "https://b.example.org/y"],
      find_links: ["/opt/my wheels"],
    }),
  );
  expect(env).toEqual({
    PIP_INDEX_URL: "https://pypi.example.org/simple",
    PIP_EXTRA_INDEX_URL: "https://a.example.org/x https://b.example.org/y",
    PIP_FIND_LINKS: "file:///opt/my%20wheels",
  });
  expect(netrc).toBe('machine pypi.example.org login "me" password "p@ss\\"word"\n');
});

test("of a lock file only what it lists counts: where that comes from is the device's to say", () => {
  const text =
    "# made by a tool\n--index-url https://evil.example.org\n-f /tmp/wheels\na==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n--require-hashes\nb==2 --hash=sha256:22\n";
  const { text: own, ignored } = ownLines("requirements.lock", text);
  expect(own).toBe("\na==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nb==2 --hash=sha256:22\n");
  expect(ignored).toEqual(["--index-url https://evil.example.org", "-f /tmp/wheels"]);
});

test("a lock file is read as pip reads it: what pip takes for a line of its own can't hide behind another", () => {
  const hidden =
    "# a comment \\\n-f https://evil.example.org\n# another\u2028-i https://evil.example.org\n\\--pre \\\n\n";
  const { text, ignored } = ownLines("requirements.lock", `${hidden}a==1 \\\r\n    --hash=sha256:00\r\n`);
  expect(ignored).toEqual(["-f https://evil.example.org", "-i https://evil.example.org", "--pre \\"]);
  expect(text.trim()).toBe("a==1 \\\n    --hash=sha256:00");
});

test.each([
  "-r /etc/shadow",
  "-c other.txt",
  "--requirement=/etc/shadow",
  "-e .",
  "\\-r x.txt \\\n",
  "--config-settings x=y",
])("a lock file with %s is refused", (line) => {
  expect(() => ownLines("requirements.lock", `a==1 --hash=sha256:00\n  ${line}\n`)).toThrow(
    /has a line that a lock file can't have/,
  );
});

test("of what is missing the project itself is left out, and what has an address of its own keeps it", () => {
  const item = (name: string, url: string, more = {}) => ({
    metadata: { name, version: "1.0" },
    download_info: { url, ...more },
  });
  const report = JSON.stringify({
    version: "1",
    install: [
      { ...item("kettle", "file:///home/my%20wheels/kettle-1.0-py3-none-any.whl"), is_direct: true },
      item("stove", "https://pypi.example.org/stove.whl"),
      {
        ...item("lid", "https://example.org/lid.git", { vcs_info: { vcs: "git", commit_id: "abc" } }),
        is_direct: true,
      },
    ],
  });
  const project = { name: "kettle", path: "/home/my wheels/kettle-1.0-py3-none-any.whl" };
  expect(missingIn(report, project)).toEqual(["stove==1.0", "lid @ git+https://example.org/lid.git@abc"]);
  expect(() => missingIn("not json", project)).toThrow("can't be read");
});

test("what a caller has in its environment doesn't reach Python, but the way to the network does", () => {
  const outside = { PYTHONPATH: "/evil", PIP_INDEX_URL: "https://evil.example.org", https_proxy: "http://proxy:3128" };
  const env = pythonEnvironment("/scratch", outside);
  expect(env).toMatchObject({ HOME: "/scratch/home", PIP_CONFIG_FILE: "/dev/null", https_proxy: "http://proxy:3128" });
  expect(Object.keys(env)).not.toContain("PYTHONPATH");
  expect(Object.keys(env)).not.toContain("PIP_INDEX_URL");
});

test("a proxy that is configured is the way to all indexes, and no argument names it", () => {
  const { env } = indexesOf(
    PipInstall.parse({ distribution: "kettle", home: "/opt/kettle", proxy: "http://me:secret@proxy.lan:3128" }),
  );
  expect(env).toMatchObject({
    https_proxy: "http://me:secret@proxy.lan:3128",
    http_proxy: "http://me:secret@proxy.lan:3128",
  });
});
