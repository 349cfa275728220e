import { createPublicKey } from "node:crypto";
import { constants, open } from "node:fs/promises";
import { asUpdateError, UpdateError } from "../error.ts";
import { isMissing } from "../store/atomic-file.ts";
import { fileVersion } from "../store/file-version.ts";
import { type JwtKeys, type TrustedKey, trustedKey, trustedSecret } from "./jwt-keys.ts";

/** No key is longer, in bytes. */
const MOST_BYTES = 64 * 1024;
/** RFC 7518, 3.2: a secret for HS256 is at least as long as its hash, in bytes. */
const SHORTEST_SECRET = 32;

/** Access modes that one kind of key file must not have, and what to do about it. */
interface Kind {
  mustNot: { mode: number; words: string; remedy: string };
  parse(bytes: Buffer, path: string): TrustedKey;
}

const SECRET: Kind = {
  mustNot: { mode: 0o006, words: "is open to every user of this device", remedy: "chmod o-rwx" },
  parse: parseSecret,
};

const PUBLIC_KEY: Kind = {
  mustNot: { mode: 0o002, words: "can be written by every user of this device", remedy: "chmod o-w" },
  parse: parsePublicKey,
};

/** A key in a file, which is read again when it has changed. */
export class JwtKeyFile implements JwtKeys {
  readonly #path: string;
  readonly #kind: Kind;
  #read: { version: string | null; keys: readonly TrustedKey[] };

  private constructor(path: string, kind: Kind, read: { version: string | null; keys: readonly TrustedKey[] }) {
    this.#path = path;
    this.#kind = kind;
    this.#read = read;
  }

  /** Throws UpdateError `config_invalid` with what to do when the file can't be used. */
  static async openSecret(path: string): Promise<JwtKeyFile> {
    return JwtKeyFile.#open(path, SECRET);
  }

  /** The same for a public key in PEM. */
  static async openPublicKey(path: string): Promise<JwtKeyFile> {
    return JwtKeyFile.#open(path, PUBLIC_KEY);
  }

  static async #open(path: string, kind: Kind): Promise<JwtKeyFile> {
    return new JwtKeyFile(path, kind, await load(path, kind));
  }

  /** Throws UpdateError `config_invalid` when the file has become one that can't be used: then nobody gets in by it. */
  async read(): Promise<readonly TrustedKey[]> {
    try {
      if ((await fileVersion(this.#path)) !== this.#read.version) this.#read = await load(this.#path, this.#kind);
    } catch (cause) {
      // Where it is and what is wrong with it is for the log, not for whoever calls.
      const words = "Sign-ins can't be checked: the key file of this device can't be used any more. Its log says why.";
      throw new UpdateError("config_invalid", words, { cause });
    }
    return this.#read.keys;
  }
}

async function load(path: string, kind: Kind): Promise<{ version: string | null; keys: readonly TrustedKey[] }> {
  // Before the content: a file that is replaced in between is then read once more.
  const version = await fileVersion(path);
  return { version, keys: [kind.parse(await readKeyFile(path, kind), path)] };
}

async function readKeyFile(path: string, { mustNot }: Kind): Promise<Buffer> {
  try {
    // Opening a FIFO would wait for ever.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw unusable(path, "isn't a file", "put the key into a file");
    if (stats.size > MOST_BYTES) throw unusable(path, "is too large for a key", "put the key alone there");
    if (stats.mode & mustNot.mode) throw unusable(path, mustNot.words, `run: ${mustNot.remedy} ${path}`);
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof UpdateError) throw error;
    if (isMissing(error)) throw unusable(path, "isn't there", "put the key there, or correct auth.jwt in pawl.yaml");
    if (isRefused(error)) {
      throw unusable(path, "isn't for Pawl to read", "give it to the group Pawl runs in, with mode 0640");
    }
    throw asUpdateError(error);
  }
}

function parseSecret(bytes: Buffer, path: string): TrustedKey {
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? -2 : -1) : undefined;
  const secret = bytes.subarray(0, end);
  if (secret.length >= SHORTEST_SECRET) return trustedSecret(secret);
  const words = `holds a secret of ${secret.length} bytes, and one shorter than ${SHORTEST_SECRET} can be guessed`;
  throw unusable(path, words, "make one with `openssl rand -base64 48` and give it to both sides");
}

function parsePublicKey(bytes: Buffer, path: string): TrustedKey {
  const text = bytes.toString("latin1");
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw unusable(
      path,
      "holds a private key",
      `keep that one secret and put here what \`openssl pkey -pubout\` prints`,
    );
  }
  let key: TrustedKey | null;
  try {
    key = trustedKey(createPublicKey(text).export({ format: "jwk" }));
  } catch (cause) {
    throw unusable(path, "holds no public key that Pawl can use", 'it begins with "-----BEGIN PUBLIC KEY-----"', cause);
  }
  if (key) return key;
  const kinds = "use Ed25519, P-256, P-384, P-521, or RSA of at least 2048 bits";
  throw unusable(path, "holds a kind of key that sign-ins can't be checked with", kinds);
}

function unusable(path: string, what: string, remedy: string, cause?: unknown): UpdateError {
  return new UpdateError("config_invalid", `${path} ${what}; ${remedy}.`, { path, cause });
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
}
