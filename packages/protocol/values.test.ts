import { expect, test } from "vitest";
import type * as z from "zod";
import { pathTrouble } from "./tree-path.ts";
import { Channel, Duration, Instant, PublicKey, Sha256, TimeOfDay, TreePath, Version, Window } from "./values.ts";

test.each([
  ["a", null],
  ["pikit-web/data/öffnen.txt", null],
  [".hidden/..file", null],
  ["a b/c", null],
  ["", "is empty"],
  ["/etc/passwd", "is absolute"],
  ["..", "leaves its tree with .."],
  ["../a", "leaves its tree with .."],
  ["a/../b", "leaves its tree with .."],
  ["a/..", "leaves its tree with .."],
  [".", "contains an empty or . part"],
  ["a//b", "contains an empty or . part"],
  ["a/./b", "contains an empty or . part"],
  ["a/", "contains an empty or . part"],
  ["a\\b", "contains a backslash"],
  ["a\nb", "contains a control character"],
  ["a\u0000b", "contains a control character"],
  ["a\u007f", "contains a control character"],
  ["ü".repeat(127), null],
  ["ü".repeat(128), "has a part longer than 255 bytes"],
  ["a/".repeat(512), "contains an empty or . part"],
  [`${"a/".repeat(512)}a`, "is longer than 1024 characters"],
])("the path %j: %s", (path, trouble) => {
  expect(pathTrouble(path)).toBe(trouble);
  expect(TreePath.safeParse(path).success).toBe(trouble === null);
});

test.each([
  ["500ms", 500],
  ["10s", 10_000],
  ["45m", 2_700_000],
  ["2h", 7_200_000],
  ["1d", 86_400_000],
  ["0s", 0],
  ["10", null],
  ["s", null],
  ["1.5h", null],
  ["-1s", null],
  ["10 s", null],
  ["10S", null],
  ["1h30m", null],
  ["1234567s", null],
])("the length of time %j is %s ms", (text, ms) => {
  const parsed = Duration.safeParse(text);
  expect(parsed.success ? parsed.data : null).toBe(ms);
});

const raw32 = Buffer.alloc(32, 7).toString("base64");

test.each<[string, z.ZodType, string[], string[]]>([
  [
    "a sha256",
    Sha256,
    ["a".repeat(64)],
    ["A".repeat(64), "a".repeat(63), "a".repeat(65), "g".repeat(64), ` ${"a".repeat(64)}`],
  ],
  [
    "a version",
    Version,
    ["1", "1.4.0", "v1.4.0", "1.0.0-rc.1+5", "1.0~beta_2", "a".repeat(128)],
    ["", ".1", "-1", "+1", "1/2", "1 2", "1\n", "1!2", "..", "a".repeat(129)],
  ],
  [
    "a channel",
    Channel,
    ["stable", "prerelease", "feature/new-dial", "v1.x", "a".repeat(80)],
    ["", "-x", "/x", "a//b", "a..b", "a/", "a.lock", "a b", "a".repeat(81)],
  ],
  ["a time of day", TimeOfDay, ["00:00", "04:20", "23:59"], ["24:00", "4:20", "04:60", "04:20:00", "0420"]],
  ["a window", Window, ["02:00-05:00", "23:00-01:30"], ["02:00", "02:00-25:00", "2:00-5:00", "02:00 - 05:00"]],
  [
    "a moment",
    Instant,
    ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.123Z"],
    ["2026-03-01", "2026-03-01T12:00:00", "2026-03-01T12:00:00+01:00", "now"],
  ],
  [
    "a public key",
    PublicKey,
    [`ed25519:${raw32}`],
    [
      raw32,
      `rsa:${raw32}`,
      `ed25519:${Buffer.alloc(31).toString("base64")}`,
      `ed25519:${Buffer.alloc(33).toString("base64")}`,
      "ed25519:",
    ],
  ],
])("%s is read strictly", (_, schema, good, bad) => {
  for (const text of good) expect(schema.safeParse(text).success, text).toBe(true);
  for (const text of bad) expect(schema.safeParse(text).success, text).toBe(false);
});
