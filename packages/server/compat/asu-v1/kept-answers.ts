import { LRUCache } from "lru-cache";
import type { Alias, Build } from "../../builds/types.ts";
import type { ServerParts } from "../../http/parts.ts";
import { Representation } from "../../http/representation.ts";
import { type Output, wordBuild } from "./build-answer.ts";

/** An answer as it is sent. */
export interface BuildAnswer {
  status: 200 | 202 | 500;
  headers: Readonly<Record<string, string>>;
  representation: Representation;
}

interface Kept {
  /** Equal for builds of which all that is told is equal; null for one that still changes. */
  of: string | null;
  answer: BuildAnswer;
  /** Of the builds when it was looked up. */
  generation: number;
  /** Of the catalog when somebody asked for it to be built; null when nobody did. */
  asked: number | null;
  /** Then it is looked up again, in milliseconds since 1970. */
  until: number;
}

/** Bytes. One answer has up to 2 MB of a build's output in it; without compression all are this long. */
const MOST_KEPT = 32 * 1024 * 1024;
/**
 * In milliseconds: so long nobody else is asked about a build that has ended, or about one that goes on. The latter's output
 * comes without its being another build.
 */
const FRESH_MS = { ended: 2_000, goingOn: 500 } as const;
const NO_OUTPUT: Output = { stdout: "", stderr: "" };

/** Generations as they were before a build was looked up or asked for. */
export type Since = Pick<Kept, "generation" | "asked">;

type Parts = Pick<ServerParts, "builds" | "catalog" | "clock">;

/**
 * Answers about builds as bytes, by request hash, so that asking again for what hasn't changed costs neither a question to
 * the database nor writing the same JSON. What is kept is right for as long as neither builds nor catalog have changed.
 */
export class KeptAnswers {
  readonly #parts: Parts;
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: MOST_KEPT,
    sizeCalculation: ({ answer }) => answer.representation.bytes.length + 500,
  });
  readonly #making = new Map<string, Promise<BuildAnswer | null>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What is known of a build by its request hash. */
  get(hash: string): BuildAnswer | null {
    return this.#fresh(hash)?.answer ?? null;
  }

  /** What asking for it to be built would be answered with, when that is a build that has come to its images. */
  getBuilt(hash: string): BuildAnswer | null {
    const kept = this.#fresh(hash);
    return kept && kept.answer.status === 200 && kept.asked === this.#parts.catalog.generation ? kept.answer : null;
  }

  /** Null for a build that was withdrawn. */
  async make(
    { build, alias }: { build: Build; alias: Alias },
    { generation, asked }: Since,
  ): Promise<BuildAnswer | null> {
    const of = identityOf(build);
    const kept = this.#kept.get(alias.hash);
    const answer = of !== null && kept?.of === of ? kept.answer : await this.#makeOnce(build, alias, of);
    if (answer === null) return null;
    const now = this.#parts.clock().getTime();
    const fresh = now + (of === null ? FRESH_MS.goingOn : FRESH_MS.ended);
    const until = Math.min(fresh, build.expiresAt?.getTime() ?? fresh);
    // Who only looks takes nothing from who has asked.
    const askedBefore = of !== null && kept?.of === of ? kept.asked : null;
    this.#kept.set(alias.hash, { of, answer, generation, asked: asked ?? askedBefore, until });
    return answer;
  }

  #fresh(hash: string): Kept | null {
    const kept = this.#kept.get(hash);
    if (!kept || kept.generation !== this.#parts.builds.generation) return null;
    return this.#parts.clock().getTime() < kept.until ? kept : null;
  }

  /** However many wait for one answer, it is written once. */
  #makeOnce(build: Build, alias: Alias, of: string | null): Promise<BuildAnswer | null> {
    if (of === null) return this.#write(build, alias);
    const id = `${alias.hash} ${of}`;
    const making = this.#making.get(id) ?? this.#write(build, alias).finally(() => this.#making.delete(id));
    this.#making.set(id, making);
    return making;
  }

  async #write(build: Build, alias: Alias): Promise<BuildAnswer | null> {
    const hasRun = build.state !== "queued" && build.state !== "withdrawn";
    const words = wordBuild(build, alias, hasRun ? await this.#parts.builds.output(build.id) : NO_OUTPUT);
    if (words === null) return null;
    const headers = { "x-imagebuilder-status": words.state, "x-queue-position": String(words.position) };
    return { status: words.status, headers, representation: Representation.json(words.body) };
  }
}

function identityOf({ id, state, attempt }: Build): string | null {
  return state === "done" || state === "failed" ? `${id} ${state} ${attempt}` : null;
}
