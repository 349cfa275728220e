import { expect, test, vi } from "vitest";
import { UpdateError } from "../../error.ts";
import { branchVersion } from "./index.ts";
import type { Described, ProjectFiles } from "./types.ts";

function head(files: Record<string, string>, described: Described = { tag: null, distance: 1 }) {
  return {
    branch: "dev",
    read: vi.fn(
      async (paths: string[]): Promise<ProjectFiles> => new Map(paths.map((path) => [path, files[path] ?? null])),
    ),
    describe: vi.fn(async () => described),
  };
}

test("a pinned branch has the version it states, in one read, and its tags aren't looked at", async () => {
  const pinned = head({ "pyproject.toml": '[project]\nname = "kettle"\nversion = "1.4.0"' });
  expect(await branchVersion(pinned)).toMatchObject({
    version: "1.4.0",
    from: "pyproject.toml",
    project: { name: "kettle" },
  });
  expect(pinned.read.mock.calls).toEqual([[["pyproject.toml"]]]);
  expect(pinned.describe).not.toHaveBeenCalled();
});

test("any other has the one that is counted from its nearest tag", async () => {
  const dynamic = head(
    { "pyproject.toml": '[project]\nname = "kettle"\ndynamic = ["version"]\n[tool.setuptools_scm]' },
    { tag: "v1.0.5", distance: 191 },
  );
  expect(await branchVersion(dynamic)).toMatchObject({ version: "1.0.6.dev191", from: "tags" });
  expect(dynamic.describe).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ match: ["*[0-9]*"] }));
  expect(await branchVersion(head({}, { tag: "1.2", distance: 0 }))).toEqual({
    version: "1.2",
    from: "tags",
    project: null,
  });
});

test("a look-up that failed is an error and no version", async () => {
  const offline = new UpdateError("offline", "Nobody answers.");
  const files = head({});
  files.describe.mockRejectedValue(offline);
  await expect(branchVersion(files)).rejects.toBe(offline);
  files.read.mockRejectedValue(offline);
  await expect(branchVersion(files)).rejects.toBe(offline);
});

test("a source that doesn't give what is asked for isn't asked for ever", async () => {
  const silent = { ...head({}, { tag: "1.0", distance: 1 }), read: async () => new Map() };
  expect(await branchVersion(silent)).toMatchObject({ version: "1.1.dev1" });
});
