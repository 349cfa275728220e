import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { UpstreamError } from "../../../catalog/upstream/error.ts";
import type { BuildRecipe } from "../../types.ts";
import { writeDurably } from "./durable-file.ts";
import { placeOf } from "./kept-trees.ts";
import { keyringOf, Named, readNamed } from "./named.ts";
import { missing } from "./trouble.ts";

const Said = Named.extend({
  /** When upstream said so, in milliseconds since 1970. */
  at: z.number(),
  /** What the one who asked took for the newest revision. */
  versionCode: z.string(),
});
type Said = z.infer<typeof Said>;

/** How long a mirror in trouble isn't asked again, in milliseconds. */
const QUIET_MS = 60_000;
/** A mirror that is down, not one that says something wrong. */
const MAY_PASS: ReadonlySet<string> = new Set(["mirror_down", "timeout", "http_status", "truncated", "html_instead"]);

export interface NewestOptions {
  dir: string;
  /** How long upstream isn't asked again, in milliseconds. */
  freshMs: number;
  /** For one question with its further try, in milliseconds. */
  timeoutMs: number;
  now: () => Date;
}

/** What upstream names as the ImageBuilder of a place: remembered on the disk, and asked again now and then. */
export class Newest {
  readonly #options: NewestOptions;
  /** Places whose upstream was in trouble, and until when it isn't asked again. */
  readonly #quiet = new Map<string, number>();

  constructor(options: NewestOptions) {
    this.#options = options;
  }

  /** What was said, if that is recent and for the same revision; no question is asked. */
  async recent(recipe: BuildRecipe): Promise<Named | null> {
    const said = await this.#read(recipe);
    if (!said) return null;
    const now = this.#options.now().getTime();
    if (now < (this.#quiet.get(placeOf(recipe)) ?? 0)) return said;
    // A time that lies ahead was written while a clock was wrong.
    const isRecent = said.at <= now && now - said.at < this.#options.freshMs;
    return isRecent && said.versionCode === recipe.inputs.versionCode ? said : null;
  }

  /**
   * Asks upstream, by the validators of the last time unless `anew`.
   * @throws BuildError imagebuilder_missing; UpstreamError
   */
  async ask(recipe: BuildRecipe, options: { anew: boolean; signal: AbortSignal }): Promise<Named> {
    const place = placeOf(recipe);
    const last = options.anew ? null : await this.#read(recipe);
    const { timeoutMs, now } = this.#options;
    const named = await readNamed(recipe, last, { timeoutMs, signal: options.signal });
    if (named === null) throw missing(recipe.inputs.version, recipe.inputs.target);
    await this.#write(place, { ...named, at: now().getTime(), versionCode: recipe.inputs.versionCode });
    this.#quiet.delete(place);
    return named;
  }

  /** What was said last, however long ago, when upstream can't be asked now. It is left alone for a while. */
  async lastSaid(recipe: BuildRecipe, error: unknown): Promise<Named | null> {
    if (!(error instanceof UpstreamError) || !MAY_PASS.has(error.code)) return null;
    const said = await this.#read(recipe);
    if (said) this.#quiet.set(placeOf(recipe), this.#options.now().getTime() + QUIET_MS);
    return said;
  }

  /** What was said last of a place, whatever has become of keys and time since; null: nothing. */
  async lastNamed(place: string): Promise<Pick<Named, "sha256"> | null> {
    try {
      return Said.parse(JSON.parse(await readFile(this.#file(place), "utf8")));
    } catch {
      return null;
    }
  }

  /** Null as well for what was checked by other keys than today's. */
  async #read(recipe: BuildRecipe): Promise<Said | null> {
    const { digest } = keyringOf(recipe);
    try {
      const said = Said.parse(JSON.parse(await readFile(this.#file(placeOf(recipe)), "utf8")));
      return said.validators.keyring === digest ? said : null;
    } catch {
      return null;
    }
  }

  async #write(place: string, said: Said): Promise<void> {
    await mkdir(this.#options.dir, { recursive: true, mode: 0o755 });
    await writeDurably(this.#file(place), JSON.stringify(said));
  }

  #file(place: string): string {
    return join(this.#options.dir, `${place}.json`);
  }
}
