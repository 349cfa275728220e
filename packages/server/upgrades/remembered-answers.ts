import { LRUCache } from "lru-cache";
import { type Comparison, decide, type Offer } from "./engine.ts";
import type { UpgradeAnswer, UpgradeQuestion } from "./types.ts";

/** Questions that were asked once, and may be asked again. */
const MOST_ASKED = 1_000;
/** In memory, about: all answers, and a package of one with its change and its sentence. */
const MOST_BYTES = 32 * 1024 * 1024;
const BYTES_A_PACKAGE = 1_000;

type Question = Pick<UpgradeQuestion, "distribution" | "version" | "upgradePackages" | "unknownPackages"> & {
  installed: ReadonlyMap<string, string>;
};

/**
 * Answers that were given already: devices with the same image and the same packages ask the same, each of them every day.
 * An answer counts as long as what was compared for it is the same object.
 */
export class RememberedAnswers {
  readonly #asked = new Set<string>();
  readonly #known = new LRUCache<string, { comparison: number; answer: UpgradeAnswer; bytes: number }>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });

  /** Instead of themselves, which hold whole indexes. */
  readonly #numbers = new WeakMap<Comparison, number>();
  #count = 0;

  /** @throws ServerError as `decide` */
  decide(question: Question, offer: Offer, compared: Comparison): UpgradeAnswer {
    const key = textOf(question, offer);
    const known = this.#known.get(key);
    const comparison = this.#numberOf(compared);
    if (known?.comparison === comparison) return known.answer;
    const answer = decide(question, offer, compared);
    if (known || this.#wasAsked(key)) {
      const bytes = key.length + (1 + question.installed.size) * BYTES_A_PACKAGE;
      this.#known.set(key, { comparison, answer, bytes });
    }
    return answer;
  }

  /** What is asked but once isn't worth remembering: to make room for it and to clear it away costs more than it saves. */
  #wasAsked(key: string): boolean {
    if (this.#asked.delete(key)) return true;
    if (this.#asked.size >= MOST_ASKED) this.#asked.clear();
    this.#asked.add(key);
    return false;
  }

  #numberOf(compared: Comparison): number {
    const known = this.#numbers.get(compared);
    if (known !== undefined) return known;
    this.#numbers.set(compared, ++this.#count);
    return this.#count;
  }
}

/**
 * All that an answer depends on, besides what is compared. No two questions have the same text: a name has no line's end in
 * it, and before a version, which may have any character, stands its length.
 */
function textOf(
  { distribution, version, upgradePackages, unknownPackages = "refuse", installed }: Question,
  { newRelease, notice }: Offer,
): string {
  let text = JSON.stringify([distribution, version, upgradePackages, unknownPackages, newRelease, notice]);
  for (const [name, has] of installed) text += `${name}\n${has.length}\n${has}`;
  return text;
}
