import { PLACES } from "../helper/places.ts";
import type { Style } from "./style.ts";

/** What a command may touch of the world around it. */
export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  /** How text is set apart on each of them. */
  style: { stdout: Style; stderr: Style };
  /** Where `pawl.yaml` is: `--config`, else `PAWL_CONFIG`, else the system's. */
  configPath(): string;
  env: Readonly<Record<string, string | undefined>>;
  /** Somebody watches on a terminal. */
  isTerminal: boolean;
  /** How many characters a line of that terminal has. */
  columns?: number;
  /** Ctrl-C or a request to end. */
  signal: AbortSignal;
}

export const DEFAULT_CONFIG_PATH: string = PLACES.config;
