import type { ServerSchemas } from "@pawl/ui/server";
import type { BuildEvent } from "@pawl/ui/watch-build";
import { harmless, type Io } from "./io.ts";

type Build = ServerSchemas["Build"];

const STEPS: Readonly<Record<NonNullable<Build["step"]>, string>> = {
  start: "Starting",
  download: "Fetching the ImageBuilder",
  unpack: "Unpacking the ImageBuilder",
  resolve: "Choosing packages",
  assemble: "Making the image",
  publish: "Storing it",
};

/** How a build goes on, a line for each thing that happens. */
export class BuildProgress {
  readonly #io: Pick<Io, "stderr" | "isTerminal" | "paint">;
  readonly #options: { isQuiet: boolean; showsLog: boolean };
  #shown = "";

  constructor(io: Pick<Io, "stderr" | "isTerminal" | "paint">, options: { isQuiet: boolean; showsLog: boolean }) {
    this.#io = io;
    this.#options = options;
  }

  asked({ version, profile, target, packages }: Build): void {
    const count = packages.length === 1 ? "1 package" : `${packages.length} packages`;
    this.#line(`${version} for ${profile} (${target}), ${packages.length === 0 ? "no packages" : count} asked for`);
  }

  show(event: BuildEvent): void {
    if (event.kind === "connection")
      this.#line(event.isThere ? "The server is back." : "The server is away; it is waited for…");
    else if (event.kind === "build") this.#state(event.build);
    else if (event.line.stream === "note" || this.#options.showsLog) this.#line(`  ${harmless(event.line.text)}`, true);
  }

  #state({ state, step, position, waits_for }: Build): void {
    if (state === "queued") {
      const place = position === null || position === 0 ? "Next in line" : `Waiting, ${position} in front`;
      this.#line(waits_for === null ? place : `${place}: ${waits_for}`);
    } else if (state === "running" && step !== null) {
      this.#line(`${STEPS[step]}…`);
    }
  }

  #line(text: string, isQuiet = false): void {
    if (text === this.#shown) return;
    this.#shown = text;
    const painted = isQuiet ? this.#io.paint("quiet", text) : text;
    this.#write(`${painted}\n`);
  }

  #write(text: string): void {
    if (!this.#options.isQuiet) this.#io.stderr(text);
  }
}
