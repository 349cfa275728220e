import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { WIRED } from "./wire.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The machine's own browser; null where there is none. */
export const CHROMIUM = findChromium();

const MISSING = `none of ${NAMES.join(", ")} is installed`;

/** Why tests in a browser can't run here; null: they can. With CI set they always have to. */
export const whyNoBrowser = CHROMIUM === null && process.env.CI !== "true" ? MISSING : null;

/** It asks nobody for anything by itself. One for a file of tests: a start takes a second. */
export function startBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error(`There is no browser: ${MISSING}.`);
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
      `--host-resolver-rules=MAP ${WIRED.name} ${WIRED.address}`,
    ],
  });
}

function findChromium(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return places.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
