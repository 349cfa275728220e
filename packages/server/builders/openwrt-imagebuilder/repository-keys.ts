import { createPublicKey } from "node:crypto";
import { parseUsignKey } from "../../catalog/upstream/usign.ts";
import { BuildError } from "../types.ts";
import type { Generation } from "./generation.ts";

export interface KeyFiles {
  files: readonly { path: string; text: string }[];
  warnings: readonly string[];
}

const MOST_KEYS = 50;
const LONGEST_KEY = 8 * 1024;

/**
 * Where an ImageBuilder finds the public keys of more repositories: `keys/<fingerprint>` for usign's, which opkg finds by that name only,
 * `keys/custom-<i>.pem` for apk's (asu-v1 §1.7, imagebuilder §7). What isn't a key is refused; a key of the other generation does
 * nothing there, and is left out with a warning. Each is written anew from what it says, so nothing else can come with it.
 * @throws BuildError refused_repository
 */
export function keyFiles(keys: readonly string[], generation: Generation["name"]): KeyFiles {
  if (keys.length > MOST_KEYS) refuse(`There are ${keys.length} repository keys; ${MOST_KEYS} may be.`);
  const files: { path: string; text: string }[] = [];
  const warnings: string[] = [];
  for (const [i, key] of keys.entries()) {
    if (key.length > LONGEST_KEY) refuse(`Repository key ${i + 1} is longer than a key can be.`);
    const kind = key.includes("-----BEGIN") ? "apk" : "opkg";
    const file = kind === "apk" ? pemFile(key, i) : usignFile(key, i);
    if (kind === generation) files.push(file);
    else
      warnings.push(`Repository key ${i + 1} is one for ${kind}, and this version has ${generation}: it isn't used.`);
  }
  return { files, warnings };
}

function usignFile(key: string, index: number): { path: string; text: string } {
  const parsed = parseUsignKey(key);
  if (parsed === null) refuse(`Repository key ${index + 1} is neither a usign public key nor a PEM one.`);
  const payload = Buffer.from(key.trim().split("\n").at(-1) ?? "", "base64").toString("base64");
  return { path: `keys/${parsed.fingerprint}`, text: `untrusted comment: ${parsed.fingerprint}\n${payload}\n` };
}

function pemFile(key: string, index: number): { path: string; text: string } {
  return { path: `keys/custom-${index}.pem`, text: publicKeyText(key, index) };
}

/** A public key as OpenSSL writes it. A private one has a public part, which is as good; nobody wants it published, though. */
function publicKeyText(key: string, index: number): string {
  const begin = key.indexOf("-----BEGIN PUBLIC KEY-----");
  if (begin === -1) refuse(`Repository key ${index + 1} isn't a public key in PEM form.`);
  try {
    return createPublicKey(key.slice(begin)).export({ format: "pem", type: "spki" }).toString();
  } catch {
    refuse(`Repository key ${index + 1} isn't a public key in PEM form.`);
  }
}

function refuse(sentence: string): never {
  throw new BuildError("refused_repository", sentence, {
    culprits: [{ kind: "repository", name: "repository_keys", with: [], detail: sentence }],
  });
}
