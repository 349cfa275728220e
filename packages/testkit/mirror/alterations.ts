import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { MirrorFault } from "./faults.ts";
import { resigned } from "./formats/adb-writer.ts";
import { MIRROR_KEYS, type MirrorKeys, STRANGER_KEYS } from "./keys.ts";

/** A file that is about to be served. */
export interface Original {
  path: string;
  bytes: Buffer;
  /** Another file of the same folder, or null. */
  sibling(name: string): Promise<Buffer | null>;
}

/** What a fault makes of a file's content; null: there is no such file. Faults of the transport leave it as it is. */
export async function altered(fault: MirrorFault, file: Original): Promise<Buffer | null> {
  switch (fault.kind) {
    case "cut":
      return file.bytes.subarray(0, fault.after ?? Math.floor(file.bytes.length / 2));
    case "moved":
      return Buffer.concat([withOtherByte(file.bytes), Buffer.from("\n")]);
    case "altered":
      return withOtherByte(file.bytes);
    case "out-of-step":
      return outOfStep(file, fault.ahead ?? "profiles");
    case "invalid-utf8":
      return withInvalidUtf8(file.bytes);
    case "hostile-names":
      return withHostileNames(file);
    case "deep-json":
      return deepJson(fault.depth ?? 100_000);
    case "wrong-signature":
      return wronglySigned(file, fault.forged ?? false);
    case "missing-signature":
      if (file.path.endsWith(".adb")) return resigned(file.bytes, null);
      return file.path.endsWith(".sig") ? null : file.bytes;
    default:
      return file.bytes;
  }
}

/** The letter or digit next to the middle becomes another; without one, the byte in the middle does. */
function withOtherByte(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  const middle = Math.floor(bytes.length / 2);
  const found = bytes.subarray(middle).findIndex((byte) => /[0-9A-Za-z]/.test(String.fromCharCode(byte)));
  const at = middle + Math.max(0, found);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

async function outOfStep({ path, bytes, sibling }: Original, ahead: "profiles" | "sums"): Promise<Buffer> {
  const name = basename(path);
  if (ahead === "profiles") {
    return name === "profiles.json" || name === "version.buildinfo" ? newerRevision(bytes) : bytes;
  }
  const sums = name === "sha256sums" ? bytes : name === "sha256sums.sig" ? await sibling("sha256sums") : null;
  const profiles = sums && (await sibling("profiles.json"));
  if (!sums || !profiles) return bytes;
  const newer = createHash("sha256").update(newerRevision(profiles)).digest("hex");
  const changed = Buffer.from(sums.toString().replace(/^[0-9a-f]{64}( \*profiles\.json)$/m, `${newer}$1`));
  return name === "sha256sums" ? changed : Buffer.from(MIRROR_KEYS.usign.sign(changed));
}

/** `r29087-d9c5716d1d` → `r29088-…` */
function newerRevision(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.toString().replace(/\br(\d+)-[0-9a-f]{10}/g, (_, count) => `r${Number(count) + 1}-0123456789`),
  );
}

/** The first letter of the first string or line is followed by bytes that are no UTF-8. */
function withInvalidUtf8(bytes: Buffer): Buffer {
  const at = Math.max(1, bytes.findIndex((byte) => /[A-Za-z]/.test(String.fromCharCode(byte))) + 1);
  return Buffer.concat([bytes.subarray(0, at), Buffer.of(0xc3, 0x28, 0xff), bytes.subarray(at)]);
}

function deepJson(depth: number): Buffer {
  return Buffer.from(`{"packages":${"[".repeat(depth)}${"]".repeat(depth)}}`);
}

async function wronglySigned({ path, bytes, sibling }: Original, forged: boolean): Promise<Buffer> {
  const keys = forged ? impostor() : STRANGER_KEYS;
  if (path.endsWith(".adb")) return resigned(bytes, keys.apk);
  if (!path.endsWith(".sig")) return bytes;
  const signed = await sibling(basename(path).slice(0, -".sig".length));
  if (!signed) return bytes;
  const signature = STRANGER_KEYS.usign.sign(signed);
  return Buffer.from(forged ? withRightKeyNumber(signature) : signature);
}

/** Claims to be the mirror's key. */
function impostor(): Pick<MirrorKeys, "apk"> {
  return { apk: { ...STRANGER_KEYS.apk, id: MIRROR_KEYS.apk.id } };
}

function withRightKeyNumber(signature: string): string {
  const { fingerprint } = MIRROR_KEYS.usign;
  const body = Buffer.from(signature.split("\n")[1] ?? "", "base64");
  Buffer.from(fingerprint, "hex").copy(body, 2);
  return `untrusted comment: signed by key ${fingerprint}\n${body.toString("base64")}\n`;
}

const HOSTILE = [
  "../../../etc/passwd",
  "a/../../b",
  "line\nbreak",
  "nul\u0000byte",
  "__proto__",
  "constructor",
  " ",
  "-rf",
];

/** Every list of names in the file gets names no file may have. */
function withHostileNames({ path, bytes }: Original): Buffer {
  const text = bytes.toString();
  switch (basename(path)) {
    case "Packages":
      return Buffer.from(text + HOSTILE.map(hostileStanza).join(""));
    case "sha256sums":
      return Buffer.from(text + HOSTILE.map((name) => `${"0".repeat(64)} *${name}\n`).join(""));
    case "feeds.conf":
      return Buffer.from(text + HOSTILE.map((name) => `src-git ${name} https://git.example.org/x.git\n`).join(""));
    default:
      return path.endsWith(".json") ? Buffer.from(hostileJson(text)) : bytes;
  }
}

function hostileStanza(name: string): string {
  return `Package: ${name}\nVersion: 1.0-r1\nFilename: ${name}.ipk\nSize: 1\nSHA256sum: ${"0".repeat(64)}\nDescription:  x\n\n`;
}

function hostileJson(text: string): string {
  const document: Record<string, unknown> = JSON.parse(text);
  const { packages, profiles, versions_list: versions } = document;
  if (Array.isArray(versions)) return JSON.stringify({ ...document, versions_list: [...HOSTILE, ...versions] });
  if (Array.isArray(profiles)) {
    const more = HOSTILE.map((id) => ({ id, target: "../../etc", titles: [{ title: id }] }));
    return JSON.stringify({ ...document, profiles: [...profiles, ...more] });
  }
  if (typeof profiles === "object" && profiles) {
    const [first] = Object.values(profiles);
    return JSON.stringify({ ...document, profiles: withMembers(profiles, first) });
  }
  if (typeof packages === "object" && packages) {
    return JSON.stringify({ ...document, packages: withMembers(packages, "1.0-r1") });
  }
  return JSON.stringify(withMembers(document, "x86_64"));
}

/** `__proto__` is to be a member like any other. */
function withMembers(object: object, value: unknown): object {
  return Object.fromEntries([...Object.entries(object), ...HOSTILE.map((name) => [name, value] as const)]);
}
