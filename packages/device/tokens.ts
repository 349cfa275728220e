import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { lstat } from "node:fs/promises";
import { Instant, Sha256 } from "@pawl/protocol";
import * as z from "zod";
import { UpdateError } from "./error.ts";
import { ensureFolder, writeFileDurably } from "./store/atomic-file.ts";
import { fileVersion } from "./store/file-version.ts";
import { Lock } from "./store/lock.ts";
import { type DevicePaths, devicePaths } from "./store/paths.ts";
import { jsonOrNull } from "./store/record.ts";
import { readUntrusted } from "./store/untrusted-file.ts";

const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$/);

/** What is kept of a token: enough to recognise it, not enough to use it. */
const StoredToken = z.object({ name: Name, sha256: Sha256, created_at: Instant, last4: z.string().length(4) });
type StoredToken = z.infer<typeof StoredToken>;
const TokensFile = z.object({ tokens: z.array(StoredToken) });

/** A token as it may be shown. */
export type TokenInfo = Omit<StoredToken, "sha256">;

/** `pawl_` and 256 random bits. */
const TOKEN = /^pawl_[A-Za-z0-9_-]{43}$/;

const TOKEN_ID_LENGTH = 16;

/** More than thousands of tokens take, in bytes. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The API tokens of this device, in `<state_dir>/.api/tokens.json`. Other processes may change the file at any time: it is
 * read again when it did. One that can't be understood is an error, never "there are no tokens".
 */
export class Tokens {
  readonly #paths: DevicePaths;
  #read: { version: string; tokens: readonly StoredToken[] } | null = null;
  #cliHash: Buffer | null = null;

  private constructor(stateDir: string) {
    this.#paths = devicePaths(stateDir);
  }

  /** Throws UpdateError `state_damaged` when the file can't be understood. */
  static async open(stateDir: string): Promise<Tokens> {
    const tokens = new Tokens(stateDir);
    await tokens.#load();
    return tokens;
  }

  /** Oldest first. */
  async list(): Promise<TokenInfo[]> {
    return (await this.#load()).map(({ sha256: _, ...info }) => info);
  }

  /** Makes a token and returns it; it can't be had a second time. Throws UpdateError `bad_request` for a name that is taken or malformed. */
  async create(name: string): Promise<string> {
    if (!Name.safeParse(name).success) {
      throw new UpdateError(
        "bad_request",
        "A token's name has letters, digits, spaces and . _ @ -, begins with a letter or digit, and is at most 64 long.",
      );
    }
    const token = newToken();
    await this.#change((tokens) => {
      if (tokens.some((other) => other.name === name)) {
        throw new UpdateError("bad_request", `There is a token ${name} already; revoke it first or take another name.`);
      }
      const sha256 = Sha256.parse(hashOf(token).toString("hex"));
      return [...tokens, { name, sha256, created_at: new Date().toISOString(), last4: token.slice(-4) }];
    });
    return token;
  }

  /** From now on the token is worth nothing. Throws UpdateError `not_found`. */
  async revoke(name: string): Promise<void> {
    await this.#change((tokens) => {
      const rest = tokens.filter((token) => token.name !== name);
      if (rest.length === tokens.length) throw new UpdateError("not_found", `There is no token ${name}.`);
      return rest;
    });
  }

  /** Whose token it is, or null. */
  async verify(token: string): Promise<{ name: string } | null> {
    const tokens = await this.#load();
    if (!TOKEN.test(token)) return null;
    const hash = hashOf(token);
    const named = tokens.filter(({ sha256 }) => timingSafeEqual(hash, Buffer.from(sha256, "hex")))[0];
    if (named) return { name: named.name };
    return this.#cliHash !== null && timingSafeEqual(hash, this.#cliHash) ? { name: "cli" } : null;
  }

  /** Whether the token that `id` names still counts. */
  async holds(id: string): Promise<boolean> {
    if (id.length !== TOKEN_ID_LENGTH) return false;
    const known = (await this.#load()).some(({ sha256 }) => sha256.startsWith(id));
    return known || (this.#cliHash?.toString("hex").startsWith(id) ?? false);
  }

  /** Makes the token of this device's own command line anew: whoever may read the state folder may use it. */
  async renewCliToken(): Promise<void> {
    const token = newToken();
    this.#cliHash = hashOf(token);
    await ensureFolder(this.#paths.dir);
    await writeFileDurably(this.#paths.cliToken, `${token}\n`, 0o600);
  }

  /**
   * For a daemon that ends and is started again without anybody's noticing: goes on with the command line's token of the
   * one before. One that others could have read, or that isn't there, is made anew.
   */
  async keepCliToken(): Promise<void> {
    const { cliToken: path } = this.#paths;
    const found = await lstat(path).catch(() => null);
    const isPrivate = found?.isFile() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0;
    const token = isPrivate ? await readToken(path) : null;
    if (token === null) await this.renewCliToken();
    else this.#cliHash = hashOf(token);
  }

  async #load(): Promise<readonly StoredToken[]> {
    const { tokens: path } = this.#paths;
    const version = await fileVersion(path);
    if (version === null) return [];
    if (this.#read?.version === version) return this.#read.tokens;
    const parsed = TokensFile.safeParse(jsonOrNull((await readUntrusted(path, MOST_BYTES))?.toString("utf8") ?? ""));
    if (!parsed.success) {
      const words = `${path} can't be understood, so nobody can be let in; repair it, or remove it to begin anew.`;
      throw new UpdateError("state_damaged", words, { path, cause: parsed.error });
    }
    this.#read = { version, tokens: parsed.data.tokens };
    return parsed.data.tokens;
  }

  async #change(edit: (tokens: readonly StoredToken[]) => StoredToken[]): Promise<void> {
    const { dir, tokensLock, tokens: path } = this.#paths;
    await ensureFolder(dir);
    const attempt = await Lock.tryAcquire(tokensLock, "tokens", new Date());
    if ("busy" in attempt)
      throw new UpdateError("busy", "Another command is changing the tokens. Try again in a moment.");
    await using _lock = attempt.held;
    const tokens = edit(await this.#load());
    await writeFileDurably(path, `${JSON.stringify({ tokens }, null, 2)}\n`, 0o640);
    this.#read = null;
  }
}

/** Names a token without giving it away: the beginning of its hash. */
export function tokenId(token: string): string {
  return hashOf(token).toString("hex").slice(0, TOKEN_ID_LENGTH);
}

/** The token that a daemon on this device has laid down for the command line; null when there is none or it isn't for us. */
export async function readCliToken(stateDir: string): Promise<string | null> {
  return readToken(devicePaths(stateDir).cliToken);
}

async function readToken(path: string): Promise<string | null> {
  const bytes = await readUntrusted(path, MOST_BYTES).catch(() => null);
  const token = bytes?.toString("utf8").trim() ?? "";
  return TOKEN.test(token) ? token : null;
}

function newToken(): string {
  return `pawl_${randomBytes(32).toString("base64url")}`;
}

/** A fast hash is enough: there is nothing to guess in 256 random bits. */
function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
