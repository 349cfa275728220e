import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chown, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UpstreamError } from "../../../catalog/upstream/error.ts";
import { looksLikeHtml } from "../../../catalog/upstream/fetch.ts";
import { BuildError, type BuildRecipe } from "../../types.ts";
import { compressionOf } from "./archive-name.ts";
import { download } from "./download.ts";
import { inspect } from "./inspect.ts";
import { type KeptTrees, keyOf, placeOf } from "./kept-trees.ts";
import type { Named } from "./named.ts";
import { PartFile } from "./part-file.ts";
import { progressOf } from "./progress.ts";
import type { Room } from "./room.ts";
import type { Listener } from "./shared-run.ts";
import { isDiskFull } from "./trouble.ts";
import { unpack } from "./unpack.ts";

export interface FetchingParts {
  kept: KeptTrees;
  room: Room;
  partsDir: string;
  user: { uid: number; gid: number } | null;
  maxArchiveBytes: number;
  maxTreeBytes: number;
  idleMs: number;
  pauseMs: number;
  /** What upstream names now, asked for anew. */
  ask(recipe: BuildRecipe, signal: AbortSignal): Promise<Named>;
}

/** An archive may be replaced so often while it is fetched. */
const MOST_MOVES = 2;
/** How many times its archive's size an ImageBuilder takes, unpacked; only for making room in time. */
const EXPANSION = 4;

/**
 * From what upstream names to a tree that is kept. Whoever calls it holds the place's `fetch`; what was killed in the middle
 * is gone on with (archive) or begun anew (tree).
 */
export class Fetching {
  readonly #parts: FetchingParts;

  constructor(parts: FetchingParts) {
    this.#parts = parts;
  }

  /**
   * @returns what was fetched in the end: upstream may have replaced it meanwhile
   * @throws BuildError, UpstreamError, UnpackError, errors of the file system
   */
  async fetch(recipe: BuildRecipe, first: Named, listener: Listener, signal: AbortSignal): Promise<Named> {
    const { kept, partsDir } = this.#parts;
    const place = placeOf(recipe);
    await kept.removeHalf(place);
    await mkdir(partsDir, { recursive: true, mode: 0o700 });
    const { named, part } = await this.#download(recipe, first, listener, signal);
    listener.step("unpack");
    listener.note(`Unpacking ${named.archive}`);
    await this.#unpack(recipe, named, part, signal);
    await part.remove();
    return named;
  }

  /** Until the archive is the one that is named. */
  async #download(recipe: BuildRecipe, first: Named, listener: Listener, signal: AbortSignal) {
    let named = first;
    let mismatches = 0;
    let moves = 0;
    for (;;) {
      listener.step("download");
      const part = await this.#partOf(placeOf(recipe), named);
      const why = await this.#downloadOnce(recipe, named, part, listener, signal);
      if (why === null) return { named, part };
      if (why.code !== "not_found") await part.remove();
      const now = await this.#parts.ask(recipe, signal);
      if (now.sha256 !== named.sha256) {
        if (++moves > MOST_MOVES) throw passing(recipe, `${named.archive} is replaced again and again.`);
        listener.note(`${named.archive} was replaced while it was fetched; the new one is fetched.`);
        named = now;
      } else if (why.code === "not_found") {
        throw passing(recipe, `${named.archive} is named there, and isn't there.`);
      } else if (++mismatches > 1) {
        throw why;
      } else {
        listener.note(`${why.message} It is fetched once more.`);
      }
    }
  }

  /** What is wrong with what came, if that may be because upstream is changing; whatever else goes wrong is thrown. */
  async #downloadOnce(
    recipe: BuildRecipe,
    named: Named,
    part: PartFile,
    listener: Listener,
    signal: AbortSignal,
  ): Promise<UpstreamError | null> {
    const url = `${recipe.upstreamUrl}/${recipe.targetPath}/${named.archive}`;
    const { maxArchiveBytes: maxBytes, idleMs, pauseMs } = this.#parts;
    const progress = progressOf(named.archive, (line) => listener.note(line));
    try {
      await download(url, part, { maxBytes, idleMs, pauseMs, progress, signal });
    } catch (error) {
      if (error instanceof UpstreamError && error.code === "not_found") return error;
      // Nothing could be done here any more, not even make room.
      if (isDiskFull(error)) await part.remove();
      throw error;
    }
    const sha256 = await digestOf(part.path, signal);
    if (sha256 === named.sha256) return null;
    if (looksLikeHtml(await beginningOf(part.path))) {
      await part.remove();
      throw new UpstreamError("html_instead", `What came for ${named.archive} is a web page.`);
    }
    const sentence = `What came for ${named.archive} isn't what its sha256sums name: ${sha256.slice(0, 12)}… instead of ${named.sha256.slice(0, 12)}….`;
    return new UpstreamError("hash_mismatch", sentence);
  }

  /** Where the archive is on its way to; those of older ones of the same place go. */
  async #partOf(place: string, { sha256, archive }: Named): Promise<PartFile> {
    const { partsDir, room } = this.#parts;
    const name = `${keyOf(place, sha256)}.tar.${compressionOf(archive)}`;
    await room.removeParts(place, name);
    return new PartFile(join(partsDir, name));
  }

  async #unpack(recipe: BuildRecipe, named: Named, part: PartFile, signal: AbortSignal): Promise<void> {
    const { kept, room, user, maxTreeBytes: maxBytes } = this.#parts;
    const place = placeOf(recipe);
    await room.make((await part.size()) * EXPANSION);
    const half = await kept.makeHalf(place);
    try {
      if (user) await chown(half.tree, user.uid, user.gid);
      const { archive, sha256 } = named;
      const isSnapshot = recipe.inputs.version.includes("SNAPSHOT");
      const compression = compressionOf(archive);
      await unpack({ archive: part.path, compression, into: half.tree, user, maxBytes, signal });
      const bytes = await inspect(half.tree, signal);
      await kept.publish(half.folder, keyOf(place, sha256), { archive, sha256, bytes, isSnapshot });
    } catch (error) {
      await rm(half.folder, { recursive: true, force: true, maxRetries: 3 });
      throw error;
    }
  }
}

function passing({ upstreamUrl }: BuildRecipe, why: string): BuildError {
  const { host } = new URL(upstreamUrl);
  const culprits = [{ kind: "mirror" as const, name: host, with: [], detail: why }];
  return new BuildError("mirror_failed", `The ImageBuilder couldn't be fetched: ${why}`, { culprits });
}

async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, { signal });
  return hash.digest("hex");
}

async function beginningOf(path: string): Promise<Buffer> {
  await using file = await open(path, "r");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
  return buffer.subarray(0, bytesRead);
}
