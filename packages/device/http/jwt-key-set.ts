import * as z from "zod";
import { fetchBytes } from "../download/index.ts";
import { UpdateError } from "../error.ts";
import { jsonOrNull } from "../store/record.ts";
import type { Clock } from "../system/types.ts";
import { type JwtKeys, type TrustedKey, trustedKey } from "./jwt-keys.ts";

/** How long a set is good for, in milliseconds. */
const FRESH_MS = 10 * 60_000;
/** Between two questions to the host, in milliseconds: anybody can send tokens with a key nobody has heard of. */
const AGAIN_AFTER_MS = 60_000;
/** The same while there is no set at all: at boot the network comes later than Pawl. */
const FIRST_AGAIN_AFTER_MS = 5_000;
const TIMEOUT_MS = 10_000;
const MOST_BYTES = 256 * 1024;

const text = z.string().optional().catch(undefined);
/** RFC 7517, 5. Members nobody understands are ignored, keys of an unknown kind too. */
const Jwk = z.object({
  kty: z.string(),
  kid: text,
  use: text,
  alg: text,
  key_ops: z.array(z.string()).optional().catch([]),
  crv: text,
  x: text,
  y: text,
  n: text,
  e: text,
});
const KeySet = z.object({ keys: z.array(z.unknown()) });

export interface JwtKeySetParts {
  url: string;
  clock: Clock;
  /** Ends a question to the host that is under way. */
  signal: AbortSignal;
}

/** The keys that a host publishes (JWKS). While it can't be reached, the last set it gave counts on. */
export class JwtKeySet implements JwtKeys {
  readonly #parts: JwtKeySetParts;
  #set: { keys: readonly TrustedKey[]; at: number } | null = null;
  /** The last question to the host. */
  #asked: { at: number; end: Promise<void>; trouble: unknown } | null = null;

  constructor(parts: JwtKeySetParts) {
    this.#parts = parts;
  }

  /** Throws UpdateError `offline` when no set could be had so far. */
  async read(kid: string | null): Promise<readonly TrustedKey[]> {
    if (!this.#isGood(kid)) await this.#ask();
    if (this.#set) return this.#set.keys;
    const words = "Sign-ins can't be checked: the host that knows their keys doesn't give them. Try again in a minute.";
    throw new UpdateError("offline", words, { cause: this.#asked?.trouble });
  }

  #isGood(kid: string | null): boolean {
    if (!this.#set || this.#parts.clock.monotonic() - this.#set.at > FRESH_MS) return false;
    return kid === null || this.#set.keys.some((key) => key.kid === kid);
  }

  /** One question for all who wait, and none soon after another. */
  async #ask(): Promise<void> {
    const at = this.#parts.clock.monotonic();
    const pause = this.#set ? AGAIN_AFTER_MS : FIRST_AGAIN_AFTER_MS;
    if (!this.#asked || at - this.#asked.at >= pause) {
      const asked = { at, end: Promise.resolve(), trouble: null as unknown };
      this.#asked = asked;
      asked.end = this.#fetch().catch((error) => {
        asked.trouble = error;
      });
    }
    await this.#asked.end;
  }

  async #fetch(): Promise<void> {
    const { url, clock, signal } = this.#parts;
    const { bytes } = await fetchBytes(url, {
      maxBytes: MOST_BYTES,
      timeoutMs: TIMEOUT_MS,
      headers: { accept: "application/json" },
      signal,
    });
    const parsed = KeySet.safeParse(jsonOrNull(Buffer.from(bytes).toString("utf8")));
    if (!parsed.success) throw new UpdateError("host_error", "What auth.jwt.jwks_url leads to is no set of keys.");
    this.#set = { keys: parsed.data.keys.flatMap(usable), at: clock.monotonic() };
  }
}

function usable(value: unknown): TrustedKey[] {
  const jwk = Jwk.safeParse(value);
  const key = jwk.success ? trustedKey(jwk.data) : null;
  return key ? [key] : [];
}
