import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SandboxesOptions } from "./index.ts";
import { openPlace, type TestPlace } from "./testing/open-place.ts";
import { processesWith } from "./testing/processes.ts";

const isRoot = process.geteuid?.() === 0;

describe("bubblewrap, overlay, control groups where there are any", () =>
  everyKind(/^bubblewrap.*, overlay, /, { mode: "bubblewrap" }, ["abort", "disk"]));

describe("bubblewrap, copy, rlimits", () =>
  everyKind(/^bubblewrap.*, copy, rlimits$/, { mode: "bubblewrap", avoid: ["overlay", "cgroups"] }, ["memory"]));

describe("no sandbox, but namespaces", () => everyKind(/^no sandbox.*, overlay, /, { mode: "none" }));

describe("no sandbox, no namespaces, control groups where there are any", () =>
  everyKind(/no namespaces, copy, /, { mode: "none", avoid: ["namespaces"] }));

describe("no sandbox, no namespaces, rlimits", () =>
  everyKind(/no namespaces, copy, rlimits$/, { mode: "none", avoid: ["namespaces", "cgroups"] }, ["abort", "memory"]));

// The last one: there is no way back to root.
describe.runIf(isRoot)("bubblewrap within a user namespace, as somebody who isn't root", () => {
  beforeAll(() => {
    process.setgroups?.([]);
    process.setgid?.(NOBODY_ELSE);
    process.setuid?.(NOBODY_ELSE);
  });
  everyKind(/^bubblewrap, overlay, rlimits$/, { mode: "bubblewrap" }, ["memory"]);

  test.for([
    ["no sandbox, overlay, rlimits", { mode: "none" }],
    ["no sandbox, no namespaces, copy, rlimits", { mode: "none", avoid: ["namespaces"] }],
  ] as const)("%s works, too", async ([description, how]) => {
    await using place = await openPlace(how);
    expect(place.sandboxes).toMatchObject({ description, trouble: null, user: null });
    await using build = await place.open();
    // No root, not even a seeming one: tar would try to give files away.
    expect(
      (await build.sh("test $(id -u) != 0 && tar -cf a.tar Makefile && tar -xf a.tar && cat files/one")).lines,
    ).toEqual(["one"]);
  });
});

/** A number that no user has. */
const NOBODY_ELSE = 80_999;

/** What every kind of sandbox has to do, with builds that mean no good. What is the same for all kinds and slow is left to some. */
function everyKind(
  description: string | RegExp,
  how: Pick<SandboxesOptions, "mode" | "avoid">,
  besides: readonly ("abort" | "disk" | "memory")[] = [],
): void {
  let place: TestPlace;
  beforeAll(async () => {
    place = await openPlace(how);
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });

  test("works here", () => {
    expect(place.sandboxes.trouble).toBeNull();
    expect(place.sandboxes.description).toMatch(description);
  });

  test("a command sees the tree, may change it, and changes nobody else's", async () => {
    await using one = await place.open();
    await using other = await place.open();
    await one.sandbox.write("files/two", "two\n", 0o755);
    await one.sandbox.write("files/one", "changed\n");
    const seen = await one.sh(
      'cat files/*; stat -c %a files/two; rm -rf files; mkdir files; echo three > files/three; echo out > "$1/made"; exit 7',
      {
        args: [one.sandbox.output],
      },
    );
    expect(seen).toEqual({ code: 7, stoppedBy: null, lines: ["changed", "two", "755"] });
    expect((await one.sh("ls files; pwd; umask")).lines).toEqual(["three", one.sandbox.tree, "0022"]);
    expect((await one.sandbox.read("files/three", 100))?.toString()).toBe("three\n");
    expect(await one.sandbox.read("files/one", 100)).toBeNull();
    expect(await one.sandbox.read(".config", 100)).toEqual(Buffer.from("CONFIG=y\n"));
    expect(await readFile(`${one.sandbox.outputOutside}/made`, "utf8")).toBe("out\n");
    expect((await other.sh("cat files/one; ls files")).lines).toEqual(["one", "one"]);
    expect(await readdir(`${place.tree}/files`)).toEqual(["one"]);
  });

  test("links that a build has laid are not followed", async () => {
    await using build = await place.open();
    await build.sh("ln -s /etc etc; ln -s /etc/passwd files/link; rm -r files/one; mkdir files/one");
    expect(await build.sandbox.read("files/link", 10_000)).toBeNull();
    expect(await build.sandbox.read("etc/passwd", 10_000)).toBeNull();
    await expect(build.sandbox.write("etc/pawl-was-here", "x")).rejects.toMatchObject({ code: "build_failed" });
    await expect(build.sandbox.write("files/one", "x")).rejects.toMatchObject({ code: "build_failed" });
    await build.sandbox.write("files/link", "a file now");
    expect((await build.sh("test ! -L files/link && cat files/link")).lines).toEqual(["a file now"]);
    await expect(build.sandbox.read("Makefile", 3)).rejects.toMatchObject({ code: "build_failed" });
    await expect(build.sandbox.read("../tree", 3)).rejects.toThrow(TypeError);
  });

  test("a fork bomb is stopped, and nothing of it is left", async () => {
    await using build = await place.open();
    const { stoppedBy } = await build.sh('bomb() { while :; do bomb "$@" & done; }; bomb', { args: ["pawl-bomb"] });
    expect(stoppedBy).toBe("processes");
    expect(processesWith("pawl-bomb")).toEqual([]);
  });

  const fillers = [
    ["in the tree", "head -c 200000000 /dev/zero > big"],
    [
      "in folders that nobody may enter",
      "for i in 1 2 3 4; do mkdir $i; head -c 2000000 /dev/zero > $i/big; chmod 0 $i; done; sleep 20",
    ],
    [
      "in /tmp, in files without content",
      'perl -e \'for (1..100000) { open my $f, ">", "$ENV{TMPDIR}/$_" }\'; sleep 20',
    ],
    [
      "in files without a name",
      "perl -e 'for (1..20) { open $f[$_], q(>), qq(f$_); unlink qq(f$_); syswrite $f[$_], q(x) x 1e6; sleep 0.02 } sleep 20'",
    ],
  ].slice(0, besides.includes("disk") ? 4 : 2);
  test.for(fillers)("a build that fills the disk %s is stopped", async ([, script]) => {
    await using build = await place.open({ limits: { diskBytes: 4 * 1024 ** 2 } });
    expect(await build.sh(script ?? "")).toMatchObject({ stoppedBy: "disk" });
  });

  test("a build that takes too much memory is stopped, also when make makes its end a failure of its own", async () => {
    await using build = await place.open();
    const hog = "perl -e 'my @all; for (1..4000) { push @all, \"x\" x 1000000; select undef, undef, undef, 0.001 }'";
    const { stoppedBy, lines } = await build.sh(`${hog} || exit 2; exit 2`);
    expect(stoppedBy).toBe("memory");
    // The shell's own word for it is all that is said.
    expect(lines.filter((line) => line !== "Killed")).toEqual([]);
  });

  const shared = [
    [
      "with its children",
      "import mmap, os, time\nm = mmap.mmap(-1, 300 << 20)\nfor at in range(0, len(m), 4096): m[at] = 1\nos.fork()\ntime.sleep(20)",
    ],
    [
      "in files that are nowhere",
      "import os, time\nfor n in range(20): os.write(os.memfd_create(str(n)), b'x' * (15 << 20))\ntime.sleep(20)",
    ],
  ].slice(0, besides.includes("memory") ? 2 : 0);
  for (const [where, script = ""] of shared) {
    test(`a build that takes too much memory ${where} is stopped`, async () => {
      await using build = await place.open();
      expect(await build.sh('python3 -c "$1"', { args: [script] })).toMatchObject({ stoppedBy: "memory" });
    });
  }

  if (besides.includes("memory")) {
    test("memory that many share is counted once", async () => {
      await using build = await place.open();
      const script = `import mmap, os, time
m = mmap.mmap(-1, 40 << 20)
for at in range(0, len(m), 4096): m[at] = 1
own = b"x" * (30 << 20)
for n in range(5):
  if os.fork() == 0:
    sum(m[at] for at in range(0, len(m), 4096))
    time.sleep(0.5)
    os._exit(0)
for n in range(5): os.wait()`;
      expect(await build.sh('python3 -c "$1"', { args: [script] })).toMatchObject({ code: 0, stoppedBy: null });
    });
  }

  test("a gigabyte of output takes neither memory nor time", async () => {
    await using build = await place.open();
    const before = process.memoryUsage().rss;
    let lines = 0;
    let bytes = 0;
    const onLine = (_: string, line: string) => {
      lines += 1;
      bytes += line.length;
    };
    const { signal } = new AbortController();
    const argv = ["sh", "-c", "echo first; head -c 1000000000 /dev/zero | tr '\\0' x; yes"] as const;
    expect(await build.sandbox.run([...argv], { onLine, signal })).toMatchObject({ stoppedBy: "log" });
    expect(bytes).toBeLessThan(64 * 100_000 + 200_000);
    expect(lines).toBeLessThan(bytes / 16_000 + 3);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  test("a build that never ends is stopped, with what it has left running elsewhere", async () => {
    await using build = await place.open({ limits: { timeMs: 700 } });
    const script =
      "trap '' TERM HUP INT; (setsid sh -c 'trap \"\" TERM; sleep 300; : pawl-daemon' &) & while :; do sleep 300; done";
    expect(await build.sh(script)).toMatchObject({ stoppedBy: "time" });
    expect(processesWith("pawl-daemon")).toEqual([]);
    // Its time is over for every further command, too.
    expect(await build.sh("true")).toMatchObject({ stoppedBy: "time" });
  });

  test("what a command leaves running ends with it", async () => {
    await using build = await place.open();
    const script =
      "(setsid sh -c 'sleep 300; : pawl-left' > /dev/null 2>&1 &); (setsid sh -c 'sleep 300; : pawl-left' &); echo done";
    expect(await build.sh(script)).toMatchObject({ code: 0, stoppedBy: null, lines: ["done"] });
    expect(processesWith("pawl-left")).toEqual([]);
  });

  // Two seconds each.
  if (besides.includes("abort")) {
    test("an abort asks first, and then ends all", async () => {
      await using build = await place.open();
      const stop = new AbortController();
      const lines: string[] = [];
      const onLine = (_: string, line: string) => {
        lines.push(line);
        if (line === "begun") stop.abort();
      };
      const script =
        "sh -c 'trap \"echo asked; exit\" TERM; echo begun; while :; do sleep 0.05; done'; (trap '' TERM; : pawl-deaf; sleep 300)";
      const start = performance.now();
      const ended = await build.sandbox.run(["sh", "-c", `trap : TERM; ${script}`], { onLine, signal: stop.signal });
      expect(ended.stoppedBy).toBe("aborted");
      expect(lines).toContain("asked");
      expect(performance.now() - start).toBeGreaterThan(1_900);
      expect(processesWith("pawl-deaf")).toEqual([]);
      expect(await build.sh("true", { signal: stop.signal })).toMatchObject({ code: null, stoppedBy: "aborted" });
    });
  }

  test("nothing is left of a sandbox's folder, whatever a build has put there", async () => {
    const build = await place.open();
    await build.sh('mkdir -p a/b; chmod 0 a; mkdir -m 0 "$1/dark"', {
      args: [build.sandbox.output],
    });
    const deep = "perl -e 'my $n = 0 x 200; for (1..40) { mkdir $n and chdir $n or die }'";
    expect(await build.sh(deep)).toMatchObject({ code: 0 });
    await build[Symbol.asyncDispose]();
    expect(existsSync(build.folder)).toBe(false);
    expect(await readdir(place.dir.join("sandboxes/open"))).toEqual([]);
  });
}
