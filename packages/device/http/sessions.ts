import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { jwtVerify, SignJWT } from "jose";
import * as z from "zod";
import { ensureFolder, isMissing, readTextIfThere, writeFileDurably } from "../store/atomic-file.ts";
import { devicePaths } from "../store/paths.ts";
import type { Clock } from "../system/types.ts";
import { expired } from "./jwt.ts";

export const SESSION_COOKIE = "pawl_session";

/** How long a session lasts at most, in seconds. */
const LONGEST_S = 30 * 24 * 3_600;
const ALGORITHM = "HS256";
/** 256 random bits as base64url. */
const KEY = /^[A-Za-z0-9_-]{43}$/;

/** What a session was made from and ends with: an API token, or the key that signed a JWT. Both by their ids. */
export const SessionOrigin = z.union([z.object({ token: z.string() }), z.object({ key: z.string() })]);
export type SessionOrigin = z.infer<typeof SessionOrigin>;

export interface NewSession {
  /** The cookie's value. */
  value: string;
  /** How long it is good for. */
  seconds: number;
}

/**
 * The sessions of pages. The cookie says it all, signed with a key of this device's own in `<state_dir>/.api/session.key`:
 * they outlive a restart, and nothing has to be kept. Without that file, all of them have ended.
 */
export class Sessions {
  readonly #path: string;
  readonly #clock: Pick<Clock, "now">;
  #making: Promise<Uint8Array> | null = null;

  constructor(stateDir: string, clock: Pick<Clock, "now">) {
    this.#path = devicePaths(stateDir).sessionKey;
    this.#clock = clock;
  }

  /**
   * Makes one, and at the first time the key. Throws UpdateError `unauthorized` when what it is made from is over.
   * @param expiresAt of what it is made from, in seconds since 1970; null: never
   */
  async begin(origin: SessionOrigin, expiresAt: number | null): Promise<NewSession> {
    const now = this.#nowS();
    const end = Math.floor(Math.min(expiresAt ?? Number.POSITIVE_INFINITY, now + LONGEST_S));
    if (end <= now) throw expired();
    const key = (await this.#readKey()) ?? (await this.#makeKey());
    const value = await new SignJWT({ ...origin })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuedAt(now)
      .setExpirationTime(end)
      .sign(key);
    return { value, seconds: end - now };
  }

  /** What a cookie's session was made from, or null when it isn't of this device, or over. Whether that still counts is for others to say. */
  async read(value: string): Promise<SessionOrigin | null> {
    const key = await this.#readKey();
    if (key === null) return null;
    try {
      const currentDate = this.#clock.now();
      const { payload } = await jwtVerify(value, key, {
        algorithms: [ALGORITHM],
        requiredClaims: ["exp"],
        currentDate,
      });
      return SessionOrigin.parse(payload);
    } catch {
      return null;
    }
  }

  async #readKey(): Promise<Uint8Array | null> {
    const text = (await readTextIfThere(this.#path))?.trim() ?? "";
    return KEY.test(text) && (await isOurs(this.#path)) ? Buffer.from(text, "base64url") : null;
  }

  /** One for all who ask at once. */
  #makeKey(): Promise<Uint8Array> {
    this.#making ??= this.#writeKey().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #writeKey(): Promise<Uint8Array> {
    const key = randomBytes(32);
    await ensureFolder(dirname(this.#path));
    await writeFileDurably(this.#path, `${key.toString("base64url")}\n`, 0o600);
    return key;
  }

  #nowS(): number {
    return Math.floor(this.#clock.now().getTime() / 1_000);
  }
}

/** A key that others could read or put there is worth nothing. */
async function isOurs(path: string): Promise<boolean> {
  try {
    return ((await stat(path)).mode & 0o077) === 0;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
