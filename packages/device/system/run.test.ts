import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isMissing, run } from "./run.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "run-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("gives the exit code and both streams", async () => {
  const result = await run(["sh", "-c", "echo out; echo err >&2; exit 3"], { timeoutMs: 5000 });
  expect(result).toEqual({ code: 3, signal: null, stdout: "out\n", stderr: "err\n", timedOut: false });
});

test("hands arguments over as they are, without a shell", async () => {
  const result = await run(["printf", "%s|", "a b", "$HOME; exit 1", ""], { timeoutMs: 5000 });
  expect(result.stdout).toBe("a b|$HOME; exit 1||");
});

test("gives the program what it is to read, and its end", async () => {
  const input = `{"title":"Küche"}\n${"x".repeat(300_000)}\n`;
  const result = await run(["sh", "-c", 'read -r line; echo "$line"; wc -c'], { timeoutMs: 10_000, input });
  expect(result.stdout.replace(/ +/g, "")).toBe(`{"title":"Küche"}\n300001\n`);
});

test("without input there is nothing to read", async () => {
  expect(await run(["cat"], { timeoutMs: 5000 })).toMatchObject({ code: 0, stdout: "" });
});

test("a program that doesn't read its input may end as it likes", async () => {
  const input = "x".repeat(1_000_000);
  expect(await run(["sh", "-c", "exec <&-; exit 3"], { timeoutMs: 10_000, input })).toMatchObject({ code: 3 });
  expect(await run(["pawl-no-such-program"], { timeoutMs: 5000, input })).toMatchObject({ code: 127 });
});

test("hands on lines while the program still runs", async () => {
  const lines: string[] = [];
  // Ends only because the first line arrives before.
  const script = `echo one; while [ ! -e ${dir}/go ]; do sleep 0.05; done; printf 'two\\r\\nthree\\rfour'`;
  const result = await run(["sh", "-c", script], {
    timeoutMs: 10_000,
    onLine: (line) => {
      lines.push(line);
      writeFileSync(join(dir, "go"), "");
    },
  });
  expect(result.code).toBe(0);
  expect(lines).toEqual(["one", "two", "three", "four"]);
});

test("keeps the last 64 KiB of a long output", async () => {
  const result = await run(["sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x; echo end"], { timeoutMs: 10_000 });
  expect(result.stdout).toHaveLength(64 * 1024);
  expect(result.stdout.endsWith("xend\n")).toBe(true);
});

test("keeps as much of a long output as it is asked for", async () => {
  const { stdout } = await run(["sh", "-c", "head -c 200000 /dev/zero | tr '\\0' x"], {
    timeoutMs: 20_000,
    outputBytes: 150_000,
  });
  expect(stdout).toHaveLength(150_000);
});

test("starts the program in the folder it is given", async () => {
  expect(await run(["pwd"], { timeoutMs: 20_000, cwd: "/usr" })).toMatchObject({ stdout: "/usr\n" });
});

test("answers with 127 when the program isn't there", async () => {
  const result = await run(["pawl-no-such-program"], { timeoutMs: 5000 });
  expect(result).toMatchObject({ code: 127, stderr: "pawl-no-such-program not found" });
  expect(isMissing(result, "pawl-no-such-program")).toBe(true);
});

test("answers with 126 when the file can't be executed", async () => {
  await writeFile(join(dir, "plain"), "text");
  await chmod(join(dir, "plain"), 0o644);
  expect(await run([join(dir, "plain")], { timeoutMs: 5000 })).toMatchObject({ code: 126 });
});

test("finds programs by the PATH it is given", async () => {
  await writeFile(join(dir, "hello"), "#!/bin/sh\necho hello\n", { mode: 0o755 });
  expect(await run(["hello"], { timeoutMs: 5000, env: { PATH: dir } })).toMatchObject({ stdout: "hello\n" });
});

test("ends the whole process group when the time is over", async () => {
  const script = `sleep 60 & echo $! > ${dir}/child; wait`;
  const result = await run(["sh", "-c", script], { timeoutMs: 500 });
  expect(result).toMatchObject({ code: null, signal: "SIGTERM", timedOut: true });
  expect(isRunning(Number(await readFile(join(dir, "child"), "utf8")))).toBe(false);
});

test("kills a program that ignores SIGTERM", async () => {
  const result = await run(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], { timeoutMs: 200 });
  expect(result).toMatchObject({ signal: "SIGKILL", timedOut: true });
});

test("a program that ended in time has, although this process slept past the limit", async () => {
  const script = `
    import { run } from ${JSON.stringify(import.meta.resolve("./run.ts"))};
    const ended = run(["sh", "-c", "echo begun; sleep 0.3"], { timeoutMs: 1_000, onLine: console.log });
    console.log(JSON.stringify(await ended));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  const ended = new Promise((resolve) => child.once("close", resolve));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  child.kill("SIGCONT");
  await ended;
  expect(JSON.parse(output.split("\n")[1] ?? "")).toMatchObject({ code: 0, timedOut: false });
});

test("rejects with the signal's reason, after the program has ended", async () => {
  const abort = new AbortController();
  let pid = 0;
  const ended = run(["sh", "-c", "echo $$; exec sleep 60"], {
    timeoutMs: 60_000,
    signal: abort.signal,
    onLine: (line) => {
      pid = Number(line);
      abort.abort(new Error("enough"));
    },
  });
  await expect(ended).rejects.toThrow("enough");
  expect(pid).toBeGreaterThan(0);
  expect(isRunning(pid)).toBe(false);
});

test("starts nothing when the signal has aborted before", async () => {
  const mark = join(dir, "mark");
  await expect(run(["touch", mark], { timeoutMs: 5000, signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow(
    "no",
  );
  await expect(readFile(mark)).rejects.toThrow("ENOENT");
});

test("does not wait for a background process that holds the pipes, nor ends it", async () => {
  const begun = performance.now();
  const result = await run(["sh", "-c", "sleep 60 & echo $!"], { timeoutMs: 30_000 });
  expect(result.code).toBe(0);
  expect(performance.now() - begun).toBeLessThan(20_000);
  const background = Number(result.stdout);
  expect(isRunning(background)).toBe(true);
  process.kill(background);
});

test.runIf(process.geteuid?.() === 0)(
  "what root does for somebody else goes first when memory runs out, and what is root's own stays as it is",
  async () => {
    const own = readFileSync("/proc/self/oom_score_adj", "utf8");
    const user = { uid: 65_534, gid: 65_534 };
    // It is told once it has been started.
    const waits = 'until [ "$(cat /proc/self/oom_score_adj)" = 500 ]; do sleep 0.02; done; echo "$(id -u) goes first"';
    expect(await run(["sh", "-c", waits], { timeoutMs: 20_000, user })).toMatchObject({ stdout: "65534 goes first\n" });
    const { stdout } = await run(["cat", "/proc/self/oom_score_adj"], { timeoutMs: 20_000 });
    expect(stdout).toBe(own);
  },
);

/** An ended process that nobody collects (where init doesn't) is still there, as a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
