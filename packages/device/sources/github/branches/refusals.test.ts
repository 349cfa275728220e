import { afterEach, beforeEach, expect, test } from "vitest";
import { BranchBench, DYNAMIC, pinnedAt } from "./branches-fixture.ts";

const ROOT = "/repos/me/pi-kit";

let bench: BranchBench;
let git: BranchBench["forge"]["git"];
beforeEach(async () => {
  bench = await BranchBench.start({ token: "ghp_secret" });
  git = bench.forge.git;
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.5");
  git.commits(3);
});
afterEach(() => bench[Symbol.asyncDispose]());

const refusal = async (token?: string, limits: { timeoutMs?: number; idleMs?: number } = {}) => {
  return bench.look("main", null, { ...limits, ...(token !== undefined && { token }) }).then(
    () => Promise.reject(new Error("it was answered")),
    (error) => error,
  );
};

test.each(["branches", "tags", "git/trees/", "contents/", "compare/"])(
  "B1 a look-up of %s that fails is an error, never a version",
  async (what) => {
    const path = `${ROOT}/${what}`;
    bench.forge.fault(path, { kind: "rate-limit", reset: Math.ceil(Date.now() / 1000) + 600 });
    expect(await refusal()).toMatchObject({ code: "rate_limited", fields: { retry_at: expect.stringMatching(/Z$/) } });
    bench.forge.heal();
    bench.forge.fault(path, { kind: "status", status: 403, headers: { "x-ratelimit-remaining": "57" } });
    expect(await refusal()).toMatchObject({ code: "host_error", message: expect.stringContaining("refuses access") });
    bench.forge.heal();
    bench.forge.fault(path, { kind: "status", status: 500 });
    expect(await refusal()).toMatchObject({ code: "host_error" });
    bench.forge.heal();
    expect((await bench.look()).head?.version).toBe("1.0.6.dev3");
  },
);

test("B1 a count of commits that fails isn't 0, and a commit that can't be read isn't one without a name", async () => {
  bench.forge.fault(`${ROOT}/commits`, { kind: "status", status: 500 }, 1);
  git.tags.clear();
  expect(await refusal()).toMatchObject({ code: "host_error" });
  expect((await bench.look()).head?.version).toBe("0.1.dev4");
  git.commit({ files: { "pyproject.toml": pinnedAt("2.0") } });
  bench.forge.fault(`${ROOT}/git/commits/`, { kind: "status", status: 500 }, 1);
  expect(await refusal()).toMatchObject({ code: "host_error" });
});

test("B1 a tag that is listed but can't be compared is an error, and not passed over", async () => {
  bench.forge.fault(`${ROOT}/compare/`, { kind: "status", status: 404 }, 1);
  expect(await refusal()).toMatchObject({
    code: "host_error",
    message: expect.stringContaining("the version isn't known"),
  });
  expect((await bench.look()).head?.version).toBe("1.0.6.dev3");
});

test.each([
  [{ kind: "html" }, "host_error", "web page instead of its list of branches"],
  [{ kind: "hang" }, "offline", "sent nothing for"],
  [{ kind: "slow-loris" }, "offline", "sent nothing for"],
  [{ kind: "truncate", after: 20 }, "offline", "broke off"],
  [{ kind: "oversize" }, "too_large", "longer than"],
  [{ kind: "redirect", to: "ftp://elsewhere.example" }, "host_error", "only http and https"],
] as const)("a list with the fault %j is %s", async (fault, code, sentence) => {
  bench.forge.fault(ROOT, fault);
  // Only those that wait for a host which says nothing are to wait for little.
  const limits = sentence === "sent nothing for" ? { timeoutMs: 2000, idleMs: 300 } : {};
  expect(await refusal(undefined, limits)).toMatchObject({ code, message: expect.stringContaining(sentence) });
});

test("a repository that isn't there, or is private, is named, and what a private one needs", async () => {
  await using secret = await BranchBench.start({ token: "ghp_secret", private: true });
  secret.forge.git.commit({ files: { VERSION: "1.0" } });
  await expect(secret.look()).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringMatching(/shows no repository .*\/me\/pi-kit\. .*a private one needs a token \(token_file\)/),
  });
  expect((await secret.look("main", null, { token: "ghp_secret" })).head?.version).toBe("1.0");
});

test("a wrong token is refused access, in the host's words, without showing it", async () => {
  const error = await refusal("ghp_wrong");
  expect(error).toMatchObject({ code: "host_error", fields: { detail: "HTTP 401: Bad credentials" } });
  expect(JSON.stringify(error.toFailure())).not.toContain("ghp_wrong");
});

test("the caller's signal ends a look with the caller's reason", async () => {
  bench.forge.fault(`${ROOT}/compare/`, { kind: "hang" });
  const controller = new AbortController();
  const source = await bench.source();
  const looking = source.look({ channel: "main", installed: null }, controller.signal);
  await expect.poll(() => bench.asked().some((request) => request.startsWith("compare"))).toBe(true);
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(looking).rejects.toBe(reason);
});

test.each([
  ["broken TOML", "[project\n"],
  ["a version that is none", pinnedAt("one")],
  ["a file without end", `#${"x".repeat(300 * 1024)}`],
  ["rules that the API can't follow", `${DYNAMIC}git_describe_command = "git describe --long --first-parent --tags"\n`],
])("a project with %s is said to have no version, and its tags are there all the same", async (_, text) => {
  git.commit({ files: { "pyproject.toml": text } });
  const source = await bench.source();
  const seen = await source.look({ channel: "main", installed: null }, new AbortController().signal);
  expect(seen.trouble).toMatchObject({ code: "bad_version" });
  expect(seen.offers.filter(({ channel }) => channel !== null)).toEqual([]);
  expect(seen.offers.length).toBeGreaterThan(0);
  expect(seen.channels).toContain("main");
});

test("what people wrote into commits drives no terminal", async () => {
  git.commit({ message: "\u001b[2Jred\u0007 \u202eevil\r\n\r\nbody\u001b]0;x\u0007\n\tline" });
  const { head } = await bench.look();
  expect(head?.title).toBe("[2Jred evil");
  const { changes } = await bench.changes({ version: "1.0.5", commit: null }, 1);
  expect(changes[0]?.body).toBe("body]0;x\n\tline");
});
