import { open } from "node:fs/promises";
import { dirname } from "node:path";
import type { PublicKey } from "@pawl/protocol";
import { generateKeyPair, publicKeyOf } from "@pawl/trust";
import { asUpdateError, UpdateError } from "../error.ts";
import { isMissing, syncFolder } from "../store/atomic-file.ts";
import { readCapped } from "./read-capped.ts";

const KEY_MAX_BYTES = 16 * 1024;

/** Makes a new key and keeps it in a new file that only its owner can read (PKCS8 PEM, mode 0600). Gives the public key. */
export async function createKeyFile(path: string): Promise<PublicKey> {
  const { privateKeyPem, publicKey } = generateKeyPair();
  await using file = await open(path, "wx", 0o600).catch((error) => {
    throw notCreated(path, error);
  });
  await file.writeFile(privateKeyPem);
  await file.sync();
  await syncFolder(dirname(path));
  return publicKey;
}

/** A private key's PEM. */
export async function readKeyFile(path: string, signal?: AbortSignal): Promise<string> {
  const bytes = await readCapped(path, KEY_MAX_BYTES, signal);
  if (bytes === null)
    throw new UpdateError("not_found", `There is no key file ${path}; pawl key generate makes one.`, { path });
  return bytes.toString("utf8");
}

/** The public half of the key in a file. */
export async function readPublicKeyOf(path: string): Promise<PublicKey> {
  try {
    return publicKeyOf(await readKeyFile(path));
  } catch (error) {
    throw asUpdateError(error);
  }
}

function notCreated(path: string, cause: unknown): UpdateError {
  if (isMissing(cause)) return new UpdateError("not_found", `There is no folder ${dirname(path)}.`, { path, cause });
  if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) return asUpdateError(cause);
  const why = "A key that devices trust can't be made again";
  return new UpdateError(
    "bad_request",
    `${path} exists already and was left as it is. ${why}: name another file with --out.`,
    {
      path,
      cause,
    },
  );
}
