import type { ChipState } from "../data/chip-state.ts";
import { chipWords as words } from "../words/chip.ts";

/** What is said to who doesn't see it: what has changed, and not every percent of it. What was so from the beginning isn't news. */
export class ChipAnnouncement {
  said = "";
  #last: ChipState["name"] | null = null;

  hear({ name, words: shown }: ChipState): void {
    const last = this.#last;
    if (name === last) return;
    this.#last = name;
    if (last !== null && last !== "asking") this.said = name === "updating" ? words.updating(null) : shown;
  }
}
