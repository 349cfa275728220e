/** What the mirror does wrong with a request. Those without parameters may be given as a word. */
export type MirrorFault =
  /** The connection ends before an answer. */
  | { kind: "down" }
  /** The request is taken and never answered. */
  | { kind: "hang" }
  /** The right answer, so many bytes a second (default: 64). */
  | { kind: "slow"; bytesPerSecond?: number }
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: string }
  /** 200 with a web page, as captive portals have it. */
  | { kind: "html" }
  /** The headers of the whole file, or of the range that was asked for; the connection ends after half of it (or `after` bytes). */
  | { kind: "truncated"; after?: number }
  /** A complete answer of half the file (or `after` bytes). */
  | { kind: "cut"; after?: number }
  /** One letter or digit of the file is another, so that text stays text. */
  | { kind: "altered" }
  /** Another file lies there: a new build of the same, with a tag and a date of its own. It stays the same from now on. */
  | { kind: "moved" }
  /**
   * Files of another build: `profiles.json` and `version.buildinfo` of a newer revision than `sha256sums` knows; or,
   * `ahead: "sums"`, `sha256sums` with a right signature that knows a newer profiles.json.
   */
  | { kind: "out-of-step"; ahead?: "profiles" | "sums" }
  | { kind: "redirect-loop" }
  /** To `to`, a path or a whole address (default status: 302). `{path}` in it becomes the path asked for. */
  | { kind: "redirect"; to: string; status?: number }
  /** So many bytes (default: 1 GiB) of nothing, compressed: as Content-Encoding, or in what is compressed itself. */
  | { kind: "gzip-bomb"; bytes?: number }
  /** A well-formed index that goes on for so many bytes (default: 1 GiB), of stated length or not. */
  | { kind: "huge"; bytes?: number; declared?: boolean }
  | { kind: "invalid-utf8" }
  /** Names in the file leave their folder, have line breaks in them, or are `__proto__`. */
  | { kind: "hostile-names" }
  /** So many arrays (default: 100,000) inside each other. */
  | { kind: "deep-json"; depth?: number }
  /** Signed with a key nobody trusts; `forged`: by the right key's name, but not by the key. */
  | { kind: "wrong-signature"; forged?: boolean }
  | { kind: "missing-signature" }
  /** Neither ETag nor Last-Modified. */
  | { kind: "no-validators" }
  /** Another ETag with every answer, and no Last-Modified. */
  | { kind: "changing-etag" }
  /** 200 with this instead. */
  | { kind: "body"; body: string | Uint8Array; contentType?: string };

type Kind = MirrorFault["kind"];
/** Kinds that need to be told more. */
type Told = "status" | "redirect" | "body";
/** A fault, or the name of one that needs no parameters. */
export type FaultOrKind = MirrorFault | Exclude<Kind, Told>;

export interface PlannedFault {
  pattern: string;
  fault: MirrorFault;
  /** How many requests are left for it. */
  left: number;
}

/** Which requests go wrong. The newest plan that fits a path counts. */
export class FaultPlan {
  #planned: PlannedFault[] = [];

  add(pattern: string, fault: FaultOrKind, times: number): void {
    this.#planned.unshift({ pattern, fault: typeof fault === "string" ? { kind: fault } : fault, left: times });
  }

  /** Ends those of a pattern, or all. */
  clear(pattern?: string): void {
    this.#planned = pattern === undefined ? [] : this.#planned.filter((planned) => planned.pattern !== pattern);
  }

  /** The fault for a request that goes by one of these paths, used up by one. */
  take(paths: readonly string[]): MirrorFault | null {
    const found = this.#planned.find(({ pattern, left }) => left > 0 && paths.some((path) => fits(pattern, path)));
    if (!found) return null;
    found.left--;
    return found.fault;
  }
}

/**
 * Whether a path is below a prefix (`releases/24.10.5/`), or is what a glob says: `*` is anything but a slash, `**`
 * anything, so `releases/*` + `/.targets.json` or `**` + `/packages.adb`. Leading slashes don't count.
 */
export function fits(pattern: string, path: string): boolean {
  const wanted = pattern.replace(/^\/+/, "");
  if (!wanted.includes("*")) return path.startsWith(wanted);
  const source = wanted
    .split(/(\*\*\/?|\*)/)
    .map((part) =>
      part.startsWith("**") ? ".*" : part === "*" ? "[^/]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"),
    );
  return new RegExp(`^${source.join("")}$`, "s").test(path);
}
