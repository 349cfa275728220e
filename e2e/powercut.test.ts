import { expect, test } from "vitest";
import { readCalls } from "./powercut/calls.ts";
import { mayRun } from "./powercut/may-run.ts";
import { nameOf, pointsOf } from "./powercut/point.ts";
import { runPowercut } from "./powercut/powercut.ts";

/** All of them take a quarter of an hour: npm run powercut. */
const SAMPLE = 40;

// In CI it has to run: a proof that is skipped proves nothing.
test.skipIf(!process.env.CI && !mayRun())(
  `a sample of ${SAMPLE} power cuts and disk errors leaves the device whole each time (needs root, loop mounts and strace)`,
  async () => {
    const said: string[] = [];
    const options = { sample: SAMPLE, scenario: "", point: null, looks: false };
    const result = await runPowercut(options, (line) => said.push(line), new AbortController().signal);
    expect(result.violations, said.join("\n")).toBe(0);
    expect(result.points).toBeGreaterThanOrEqual(SAMPLE);
    expect(said.filter((line) => /^The mutant .* is caught/.test(line)).length, said.join("\n")).toBe(8);
    expect(said.at(-1)).toBe(`powercut: ${result.points} points, 0 violations`);
  },
  300_000,
);

const TRACE = `2  execve("/usr/bin/node", ["node"...], 0x7ffc /* 5 vars */) = 0
2  openat(AT_FDCWD, "/usr/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3</usr/lib/libc.so.6>
4  openat(AT_FDCWD, "/disk/state.json.tmp", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0644) = 17</disk/state.json.tmp>
4  write(17</disk/state.json.tmp>, ""..., 55) = 55
2  write(18</disk/log>, ""..., 55 <unfinished ...>
4  fsync(17</disk/state.json.tmp>) = 0
2  <... write resumed>) = 55
4  rename("/disk/state.json.tmp", "/disk/state.json") = 0
4  write(17</disk/log>, ""..., 55) = 55
4  openat(AT_FDCWD, "/disk/state.json", O_RDONLY|O_CLOEXEC) = 17</disk/state.json>
4  symlink("/disk/shared/notes", "/proc/self/fd/20/.new") = 0
5  execve("/usr/bin/sync", ["sync"...], 0x7ffc /* 5 vars */) = 0
5  openat(AT_FDCWD, "/disk", O_RDONLY) = 3</disk>
5  syncfs(3</disk/home>) = 0
4  write(17</disk/log>, ""..., 55) = 55
4  openat(AT_FDCWD, "/disk/log", O_WRONLY|O_CREAT|O_APPEND|O_NOFOLLOW|O_CLOEXEC, 0644) = 18</disk/log>
4  openat(AT_FDCWD, "/disk/log", O_WRONLY|O_CREAT|O_APPEND|O_NOFOLLOW|O_CLOEXEC, 0644) = 18</disk/log>
`;

test("a trace is read as the updater's calls on the disk, each with its number in its thread", () => {
  const told = readCalls(TRACE, "/disk").map(
    ({ name, path, ordinal, isMasked, isLook, isIdle }) =>
      `${name} ${path} ${ordinal}${isMasked ? " masked" : ""}${isLook ? " look" : ""}${isIdle ? " idle" : ""}`,
  );
  expect(told).toEqual([
    "openat /disk/state.json.tmp 1",
    "write /disk/state.json.tmp 1",
    "write /disk/log 1",
    "fsync /disk/state.json.tmp 1",
    "rename /disk/state.json.tmp 1",
    // The other thread's first write comes before: a counter that doesn't know threads would hit that one.
    "write /disk/log 1 masked",
    "openat /disk/state.json 1 look idle",
    "symlink /proc/self/fd/20/.new 1",
    "write /disk/log 2",
    // Makes the log, and the second time only opens it.
    "openat /disk/log 1",
    "openat /disk/log 2 idle",
  ]);
});

test("every changing call is a point for a cut, its first also for each error it can have; a sync is one for both", () => {
  const calls = readCalls(TRACE, "/disk").filter(({ name, isLook }) => !isLook && /rename|fsync/.test(name));
  const names = pointsOf({ calls, filteredCalls: calls, syncs: 1 }).map((point) => nameOf(point, "/disk"));
  expect(names).toEqual([
    "cut fsync state.json.tmp 1",
    "cut rename state.json.tmp 1",
    "cut before sync 1",
    "cut after sync 1",
    "cut after the end",
    "EIO fsync state.json.tmp 1",
    "ENOSPC fsync state.json.tmp 1",
    "EIO rename state.json.tmp 1",
    "ENOSPC rename state.json.tmp 1",
    "EROFS rename state.json.tmp 1",
    "EIO sync 1",
  ]);
});
