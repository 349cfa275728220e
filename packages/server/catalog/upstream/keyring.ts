import { createHash } from "node:crypto";
import { ServerError } from "../../error.ts";
import type { Distribution } from "../types.ts";
import { type ApkKey, parseApkKey } from "./apk-key.ts";
import { parseUsignKey, type UsignKey } from "./usign.ts";

/** The public keys of a distribution, read once. */
export class Keyring {
  /** For `Packages`, and for the sums of a target's files. */
  readonly usign: readonly UsignKey[];
  /** For `packages.adb`. */
  readonly apk: readonly ApkKey[];
  /** Of all keys, hex; null when there is none. */
  readonly digest: string | null;

  private constructor(usign: readonly UsignKey[], apk: readonly ApkKey[]) {
    this.usign = usign;
    this.apk = apk;
    const ids = [...usign.map((key) => exported(key)), ...apk.map((key) => exported(key))].sort();
    this.digest = ids.length === 0 ? null : createHash("sha256").update(ids.join("\n")).digest("hex");
  }

  /** @throws ServerError `config_invalid` for a key that can't be read. */
  static parse({ usign, apk }: Distribution["keys"]): Keyring {
    return new Keyring(
      usign.map((text) => parseUsignKey(text) ?? refuse("usign", text)),
      apk.map((text) => parseApkKey(text) ?? refuse("apk", text)),
    );
  }

  get isEmpty(): boolean {
    return this.digest === null;
  }
}

function exported({ key }: UsignKey | ApkKey): string {
  return key.export({ format: "der", type: "spki" }).toString("base64");
}

function refuse(kind: "usign" | "apk", text: string): never {
  const wanted =
    kind === "usign" ? "a usign public key (base64 of 42 bytes)" : "a PEM public key of the curve prime256v1";
  throw new ServerError("config_invalid", `keys.${kind} has "${text.trim().slice(0, 40)}…", which isn't ${wanted}.`);
}
