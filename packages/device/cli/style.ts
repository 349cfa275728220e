/** How text is set apart. Colour never carries a meaning alone: the words say the same. */
export interface Style {
  /** What one may do now, and what is going on. */
  accent(text: string): string;
  /** Waiting, stale, gone back. */
  warn(text: string): string;
  /** The person must act. */
  danger(text: string): string;
  /** What is seldom looked for. */
  quiet(text: string): string;
  strong(text: string): string;
}

export type Tone = keyof Style;

/** SGR codes: on, off. node:util's styleText would do the same, but Node 18 doesn't have it. */
const CODES: Record<Tone, [number, number]> = {
  accent: [36, 39],
  warn: [33, 39],
  danger: [31, 39],
  quiet: [2, 22],
  strong: [1, 22],
};

/** `esc`: what is written for ESC, which `forTerminal` turns into one. */
export function createStyle(hasColour: boolean, esc = "\u001b"): Style {
  const paint = (tone: Tone) => {
    const [on, off] = CODES[tone];
    return (text: string) => (hasColour && text !== "" ? `${esc}[${on}m${text}${esc}[${off}m` : text);
  };
  return {
    accent: paint("accent"),
    warn: paint("warn"),
    danger: paint("danger"),
    quiet: paint("quiet"),
    strong: paint("strong"),
  };
}

export interface ColourWishes {
  /** Of the stream that is written to. */
  isTerminal: boolean;
  env: Readonly<Record<string, string | undefined>>;
  args: readonly string[];
}

/** Whether a stream gets colours: what the person says on the command line counts most, then the environment, then what it is. */
export function wantsColour({ isTerminal, env, args }: ColourWishes): boolean {
  const end = args.indexOf("--");
  if (args.slice(0, end === -1 ? args.length : end).includes("--no-color")) return false;
  // As Node itself has it: FORCE_COLOR wins over NO_COLOR (no-color.org, force-color.org), and 0 means off.
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = env;
  if (forced) return forced !== "0" && forced !== "false";
  if (refused || terminal === "dumb") return false;
  return isTerminal;
}
