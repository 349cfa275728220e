import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type BuildRequest, readBuildRequest } from "./build-request.ts";
import { requestHash } from "./request-hash.ts";

/** What FastAPI 0.142 with pydantic 2.13 answered to the same bodies, for the fields of contract asu-v1 §1.2. */
type Answered = { body: unknown } & ({ status: 422; detail: unknown } | { status: 200; read: Record<string, unknown> });
const ANSWERS: Answered[] = JSON.parse(readFileSync(new URL("testdata/fastapi-answers.json", import.meta.url), "utf8"));
const LIMITS = { distribution: "openwrt", maxDefaultsLength: 20_480, maxRootfsSizeMb: 1024 };
const REQUIRED = { version: "1.2.3", target: "a/b", profile: "p" };

test.each(ANSWERS.filter(({ status }) => status === 422))("$body is refused in FastAPI's words", (answered) => {
  expect(readBuildRequest(answered.body, LIMITS)).toEqual({ errors: (answered as { detail: unknown }).detail });
});

test.each(ANSWERS.filter(({ status }) => status === 200))("$body is read as FastAPI reads it", (answered) => {
  const read = readBuildRequest(answered.body, LIMITS);
  expect("request" in read && fields(read.request)).toEqual((answered as { read: unknown }).read);
});

/** As a body has them. */
function fields(request: BuildRequest): Record<string, unknown> {
  return {
    distro: request.distro,
    version: request.version,
    version_code: request.versionCode,
    target: request.target,
    profile: request.profile,
    packages: request.packages,
    packages_versions: Object.fromEntries(request.packagesVersions),
    diff_packages: request.diffPackages,
    defaults: request.defaults,
    rootfs_size_mb: request.rootfsSizeMb,
    filesystem: request.filesystem,
    repositories: Object.fromEntries(request.repositories),
    repositories_mode: request.repositoriesMode,
    repository_keys: request.repositoryKeys,
    client: request.client,
  };
}

test("defaults are limited in characters, not in bytes or UTF-16 units", () => {
  const withDefaults = (defaults: string) => readBuildRequest({ ...REQUIRED, defaults }, LIMITS);
  expect(withDefaults("😀".repeat(20_480))).toHaveProperty("request");
  expect(withDefaults("😀".repeat(20_481))).toMatchObject({
    errors: [
      {
        type: "string_too_long",
        loc: ["body", "defaults"],
        msg: "String should have at most 20480 characters",
        ctx: { max_length: 20_480 },
      },
    ],
  });
});

test("half a character is no text", () => {
  expect(readBuildRequest({ ...REQUIRED, defaults: "\ud800" }, LIMITS)).toMatchObject({
    errors: [{ type: "string_unicode", loc: ["body", "defaults"] }],
  });
});

test("the distribution is the server's unless it is said", () => {
  const limits = { ...LIMITS, distribution: "mine" };
  expect(readBuildRequest(REQUIRED, limits)).toMatchObject({ request: { distro: "mine" } });
  expect(readBuildRequest({ ...REQUIRED, distro: "openwrt" }, limits)).toMatchObject({
    request: { distro: "openwrt" },
  });
});

test("names that mean something to JavaScript are names like others", () => {
  const body = JSON.parse(
    `{"version":"1","target":"a/b","profile":"p","packages_versions":{"__proto__":"1","constructor":"2"}}`,
  );
  const read = readBuildRequest(body, LIMITS);
  expect("request" in read && [...read.request.packagesVersions]).toEqual([
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
  expect(readBuildRequest({ target: "a/b", profile: "p", __proto__: { version: "1" } }, LIMITS)).toHaveProperty(
    "errors",
  );
});

test("a list of many wrong names is answered with a hundred sentences at most, one that no image could hold with one", () => {
  const refusals = (count: number) => {
    const read = readBuildRequest({ ...REQUIRED, packages: Array(count).fill(1) }, LIMITS);
    return "errors" in read ? read.errors : [];
  };
  expect(refusals(5_000)).toHaveLength(100);
  expect(refusals(5_001)).toMatchObject([
    {
      type: "too_long",
      loc: ["body", "packages"],
      msg: "List should have at most 5000 items after validation, not 5001",
    },
  ]);
});

test("whatever JSON is sent, it is read or refused", () => {
  const names = [
    "distro",
    "version",
    "target",
    "profile",
    "packages",
    "packages_versions",
    "rootfs_size_mb",
    "defaults",
  ];
  const field = fc.tuple(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.constantFrom("a/b", "1", 1, [], {})));
  const body = fc.oneof(fc.jsonValue(), fc.array(field).map(Object.fromEntries));
  fc.assert(
    fc.property(body, (value) => {
      const read = readBuildRequest(value, LIMITS);
      if ("request" in read) expect(requestHash(read.request)).toMatch(/^[0-9a-f]{64}$/);
      else expect(read.errors.every(({ loc, msg, type }) => loc[0] === "body" && msg && type)).toBe(true);
    }),
  );
});
