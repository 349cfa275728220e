import { createHash } from "node:crypto";

/** What somebody finds at a place: the text of a file, or where a link of the publisher's leads. */
export type Content = { text: string; mode: number; uid?: number } | { link: string };
export type Contents = Readonly<Record<string, Content>>;

/** What stood on the device before Pawl came, and the releases. */
export const VERSIONS = ["0.9.0", "1.0.0", "2.0.0", "3.0.0"] as const;
export type DeviceVersion = (typeof VERSIONS)[number];

/** Shipped in every release, but the owner's once edited. */
export const CONFIG_FILE = "web/settings.json";
export const KEEP_PATTERN = "web/data/**";

/** A file of several blocks: one that never reached the disk comes back empty or full of zeros. */
function file(name: string, version: string, mode = 0o644): Content {
  return { text: `${name} of release ${version}\n`.repeat(150), mode };
}

const EVERYWHERE = (version: string): Contents => ({
  "web/index.html": file("index.html", version),
  "web/app.js": file("app.js", version),
  "api.mjs": file("api.mjs", version, 0o755),
});

/** The publisher's alone, version by version: files that change, that are dropped, that are new, and a link. */
const PUBLISHED: Readonly<Record<DeviceVersion, Contents>> = {
  "0.9.0": { ...EVERYWHERE("0.9.0"), "web/old.js": file("old.js", "0.9.0") },
  "1.0.0": { ...EVERYWHERE("1.0.0"), "web/old.js": file("old.js", "1.0.0"), "web/main.js": { link: "app.js" } },
  "2.0.0": {
    ...EVERYWHERE("2.0.0"),
    "web/parts/new.js": file("new.js", "2.0.0"),
    "web/main.js": { link: "index.html" },
  },
  "3.0.0": { ...EVERYWHERE("3.0.0"), "web/third.js": file("third.js", "3.0.0"), "web/main.js": { link: "app.js" } },
};

/** What the owner and the app have written: edited, kept, or nobody's in particular. No update may touch any of it. */
export const OWNERS: Contents = {
  [CONFIG_FILE]: { text: '{ "colour": "the owner\'s" }\n', mode: 0o640 },
  "web/data/readings.csv": { text: "12:00;21.5\n".repeat(800), mode: 0o600, uid: 33 },
  "web/data/seed.json": { text: '{ "seed": "changed by the app" }\n', mode: 0o644 },
  "web/notes.txt": { text: "written by the owner beside the release\n", mode: 0o644 },
  "web/pictures/cat.txt": { text: "meow\n", mode: 0o644, uid: 33 },
};

/** What a release is packed from. */
export function shippedBy(version: DeviceVersion): Contents {
  return {
    ...PUBLISHED[version],
    [CONFIG_FILE]: { text: `{ "colour": "teal", "since": "${version}" }\n`, mode: 0o644 },
    "web/data/seed.json": file("seed.json", version),
  };
}

/** What the device serves when it is wholly in this version. */
export function servedBy(version: DeviceVersion): Contents {
  return { ...PUBLISHED[version], ...OWNERS };
}

/** One line for each path: what it is, so that two of them can be compared. */
export function fingerprint(content: Content): string {
  if ("link" in content) return `link to ${content.link}`;
  const { text, mode, uid = 0 } = content;
  return fileFingerprint(Buffer.from(text), mode, uid);
}

export function fileFingerprint(bytes: Uint8Array, mode: number, uid: number): string {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return `${(mode & 0o7777).toString(8)} uid ${uid} ${bytes.length} bytes ${hash}`;
}
