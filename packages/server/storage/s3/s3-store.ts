import { addAbortSignal, Readable } from "node:stream";
import pLimit from "p-limit";
import type { Logger } from "pino";
import { LONGEST_MARK, MARK_NAME } from "../mark.ts";
import { isBuildId, isCopy, isStoredName, newCopy, requireBuildId, requireCopy, requireStorable } from "../names.ts";
import type { ReadOptions, Store, StoredAt, StoredBuild, StoredCopy, StoredObject } from "../types.ts";
import type { Bucket, ListedObject } from "./bucket.ts";
import type { S3Config } from "./config.ts";
import { putFiles } from "./put-copy.ts";
import { readObject } from "./read-object.ts";
import { type S3Times, within } from "./times.ts";
import { s3Trouble } from "./trouble.ts";

/** Removals at a time. */
const PARALLEL = 4;
/** For what a put that failed has left, in milliseconds; the garbage collector finds the rest. */
const CLEARING = 10_000;

export interface S3StoreParts {
  bucket: Bucket;
  config: S3Config;
  times: S3Times;
  /** Objects on a page of a list. */
  page: number;
  log: Logger;
}

/**
 * Builds as objects `<prefix><build id>/<copy>/<file>`. No object is put over another one, and nothing is known of a copy before its result
 * names it: so it needs neither a rename, which there isn't, nor conditions on puts, which not everybody knows.
 */
export class S3Store implements Store {
  readonly name = "s3";
  readonly #bucket: Bucket;
  readonly #config: S3Config;
  readonly #times: S3Times;
  readonly #page: number;
  readonly #log: Logger;

  constructor({ bucket, config, times, page, log }: S3StoreParts) {
    this.#bucket = bucket;
    this.#config = config;
    this.#times = times;
    this.#page = page;
    this.#log = log;
  }

  get place(): string {
    return `s3://${this.#config.bucket}/${this.#config.prefix}`;
  }

  /** @throws ServerError store_failed, store_unavailable where it can't be used now */
  async check(signal: AbortSignal): Promise<void> {
    try {
      await within(this.#times.open, signal, (both) => this.#bucket.list(this.#config.prefix, { most: 1 }, both));
    } catch (error) {
      throw s3Trouble(error, "list its builds", signal);
    }
  }

  async put(
    build: string,
    files: readonly { name: string; path: string }[],
    signal: AbortSignal,
  ): Promise<StoredBuild> {
    requireStorable(
      build,
      files.map(({ name }) => name),
    );
    const copy = newCopy();
    const folder = this.#folder({ build, copy });
    try {
      return { copy, files: await putFiles({ bucket: this.#bucket, folder, times: this.#times, signal }, files) };
    } catch (error) {
      await this.remove(build, copy, AbortSignal.timeout(CLEARING)).catch((err: unknown) =>
        this.#log.warn({ err, build, copy }, "what a put has left could not be removed from the store"),
      );
      throw s3Trouble(error, "take a build", signal);
    }
  }

  async read(at: StoredAt, name: string, options: ReadOptions = {}): Promise<StoredObject | null> {
    const { build, copy } = at;
    if (!isBuildId(build) || copy === null || !isCopy(copy) || !isStoredName(name)) return null;
    const key = this.#folder({ build, copy }) + name;
    const { public_url: url } = this.#config;
    if (options.mayRedirect && url !== null) {
      return { kind: "elsewhere", url: `${url}/${key.split("/").map(encodeURIComponent).join("/")}` };
    }
    const onBroken = (err: unknown) => this.#log.error({ err, build, copy, file: name }, "the store broke off a file");
    try {
      const found = await readObject({ bucket: this.#bucket, times: this.#times, onBroken }, key, options);
      return found && { kind: "bytes", ...found };
    } catch (error) {
      throw s3Trouble(error, "read a file", options.signal);
    }
  }

  async remove(build: string, copy?: string | null, signal?: AbortSignal): Promise<void> {
    requireBuildId(build);
    if (copy === null) return;
    if (copy !== undefined) requireCopy(copy);
    const prefix = copy === undefined ? `${this.#config.prefix}${build}/` : this.#folder({ build, copy });
    const limit = pLimit(PARALLEL);
    const remove = ({ key }: ListedObject) =>
      limit(() => within(this.#times.small, signal, (both) => this.#bucket.remove(key, both)));
    try {
      for await (const objects of this.#pages(prefix, signal)) {
        const removed = await Promise.allSettled(objects.map(remove));
        for (const one of removed) if (one.status === "rejected") throw one.reason;
      }
    } catch (error) {
      throw s3Trouble(error, "remove a build", signal);
    }
  }

  /** Nobody can see who has put what; a copy that nobody knows is the garbage collector's. */
  async tidy(): Promise<void> {}

  /** A bucket doesn't say. */
  async room(): Promise<null> {
    return null;
  }

  async readMark(signal: AbortSignal): Promise<string | null> {
    try {
      return await within(this.#times.small, signal, async (both) => {
        const got = await this.#bucket.get(this.#mark, undefined, both);
        if (got === null) return null;
        addAbortSignal(both, got.body);
        return (await firstBytes(got.body, LONGEST_MARK)).toString("latin1");
      });
    } catch (error) {
      throw s3Trouble(error, "say which it is", signal);
    }
  }

  async writeMark(text: string, signal: AbortSignal): Promise<void> {
    const bytes = Buffer.from(text, "latin1");
    try {
      await within(this.#times.small, signal, (both) =>
        this.#bucket.put(this.#mark, Readable.from([bytes], { objectMode: false }), bytes.length, both),
      );
    } catch (error) {
      throw s3Trouble(error, "take its mark", signal);
    }
  }

  async *builds(signal?: AbortSignal): AsyncGenerator<StoredCopy> {
    try {
      let last: StoredCopy | undefined;
      for await (const objects of this.#pages(this.#config.prefix, signal)) {
        for (const object of objects) {
          const at = this.#parse(object.key);
          if (at === null) continue;
          if (last && (last.build !== at.build || last.copy !== at.copy)) yield last;
          last = last?.build === at.build && last.copy === at.copy ? sum(last, object) : begin(at, object);
        }
      }
      if (last) yield last;
    } catch (error) {
      throw s3Trouble(error, "list its builds", signal);
    }
  }

  get #mark(): string {
    return this.#config.prefix + MARK_NAME;
  }

  async *#pages(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<ListedObject[]> {
    let next: string | undefined;
    do {
      const after = next;
      const listed = await within(this.#times.small, signal, (both) =>
        this.#bucket.list(prefix, { next: after, most: this.#page }, both),
      );
      yield listed.objects;
      next = listed.next;
    } while (next !== undefined);
  }

  #folder({ build, copy }: { build: string; copy: string }): string {
    return `${this.#config.prefix}${build}/${copy}/`;
  }

  /** Null for what others have put beside ours. */
  #parse(key: string): { build: string; copy: string } | null {
    const [build = "", copy = "", name, ...more] = key.slice(this.#config.prefix.length).split("/");
    return isBuildId(build) && isCopy(copy) && name !== undefined && more.length === 0 ? { build, copy } : null;
  }
}

/** And no more of them: what is there may be anything. */
async function firstBytes(body: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes: Buffer = chunk;
    chunks.push(bytes);
    length += bytes.length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

function begin(at: { build: string; copy: string }, { size, changedAt }: ListedObject): StoredCopy {
  return { ...at, bytes: size, changedAt };
}

function sum({ bytes, changedAt, ...at }: StoredCopy, object: ListedObject): StoredCopy {
  return {
    ...at,
    bytes: bytes + object.size,
    changedAt: object.changedAt > changedAt ? object.changedAt : changedAt,
  };
}
