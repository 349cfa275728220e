import type { ReactiveControllerHost } from "lit";
import { choicesOf, type ImageChoices, queryOf } from "../data/image-choices.ts";
import { Router } from "../look/router.ts";

/** The image builder's address: what one has chosen, a build, and a line of its log. It can be shared, and gone back to. */
export class ImageAddress {
  readonly router: Router;
  readonly #usual: () => string | null;

  /** @param usual the distribution that is meant where the address names none */
  constructor(host: ReactiveControllerHost & EventTarget, usual: () => string | null) {
    this.router = new Router(host);
    this.#usual = usual;
  }

  get choices(): ImageChoices {
    return choicesOf(this.router.place.query);
  }

  get distribution(): string | null {
    return this.choices.distribution ?? this.#usual();
  }

  /** Of a build's log; null: none is named. */
  get line(): number | null {
    const line = this.router.place.query.get("line") ?? "";
    return /^\d{1,9}$/.test(line) ? Number(line) : null;
  }

  /** Where nothing is chosen yet. */
  get startHref(): string {
    return this.router.href("");
  }

  readonly buildHref = (id: string) => this.router.href("", { build: id });

  readonly choicesHref = (choices: ImageChoices) => this.#href(choices);

  readonly lineHref = (line: number) => this.#href(this.choices, { line: String(line) });

  /** @param replace without a step for the back button */
  go(choices: ImageChoices, replace = false): void {
    this.router.go(this.#href(choices), { replace });
  }

  goToLine(line: number): void {
    this.router.go(this.lineHref(line), { replace: true });
  }

  /** The distribution that is meant anyway is left out; a slash needs no letters in its place. */
  #href(choices: ImageChoices, more: Readonly<Record<string, string>> = {}): string {
    const distribution = choices.distribution === this.#usual() ? null : choices.distribution;
    return this.router.href("", { ...queryOf({ ...choices, distribution }), ...more }).replaceAll("%2F", "/");
  }
}
