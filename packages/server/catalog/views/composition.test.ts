import { expect, test } from "vitest";
import type { Resource } from "../store/resource.ts";
import { believed, packageIndex } from "./composition.ts";

const opkg = { architecture: "x86_64", generation: "opkg" } as const;
const row = (feed_id: number, name: string, version: string, abi: string | null = null) => ({
  feed_id,
  name,
  version,
  abi,
});

test("feeds count in their order, and of a feed's two ABI versions the newer", () => {
  const feeds = [
    { id: 1, facts: { architecture: null, generation: "opkg" } as const },
    { id: 2, facts: opkg },
  ];
  const rows = [
    row(2, "wget", "1.0"),
    row(1, "wget", "2.0"),
    row(1, "libubox", "2024.1", "2024"),
    row(1, "libubox", "2023.9", "2023"),
    row(1, "libnl3", "3.9", "200"),
  ];
  for (const releases of [rows, rows.toReversed()]) {
    const index = packageIndex(feeds, releases);
    expect(Object.fromEntries(index.versions)).toEqual({ wget: "1.0", libubox: "2024.1", libnl3: "3.9" });
    expect(Object.fromEntries(index.abiNames)).toEqual({
      libubox2024: "libubox",
      libubox2023: "libubox",
      "libnl3-200": "libnl3",
    });
    expect(index).toMatchObject({ architecture: "x86_64", generation: "opkg" });
  }
});

test("several parts are believed as far as the worst of them", () => {
  const trouble = (since: number) => ({
    code: "timeout",
    sentence: `${since}`,
    since: new Date(since),
    retryAt: null,
    upstreamStatus: null,
  });
  const parts = [
    part({ checkedAt: new Date(10), changedAt: new Date(5), trust: "verified", trouble: trouble(9) }),
    part({ checkedAt: new Date(8), changedAt: new Date(7), trust: "unsigned", trouble: trouble(8) }),
    part({ digest: null, checkedAt: null, changedAt: null, trust: null }),
  ];
  expect(believed(parts)).toMatchObject({
    checkedAt: new Date(8),
    changedAt: new Date(7),
    trust: "unsigned",
    trouble: { sentence: "8" },
  });
  expect(believed(parts).digest).not.toBe(believed(parts.slice(0, 2)).digest);
});

function part(differences: Partial<Resource>): Resource {
  return {
    id: 1,
    distribution: "openwrt",
    kind: "index",
    path: "a",
    branch: null,
    version: null,
    validators: null,
    digest: "aa",
    size: 1,
    trust: "verified",
    checkedAt: new Date(0),
    changedAt: new Date(0),
    triedAt: null,
    attempt: 1,
    leased: false,
    failures: 0,
    trouble: null,
    ...differences,
  };
}
