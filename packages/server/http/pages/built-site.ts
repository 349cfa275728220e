import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageAt } from "@pawl/ui/page-at";
import { Representation } from "../representation.ts";
import { typeOf } from "./content-type.ts";

/** Where `npm run build` puts the server's pages. */
const FOLDER = fileURLToPath(new URL("../../../../dist/pages/server/", import.meta.url));
const ASSETS = "static/assets";

/** The server's pages as they were built, all of one build: what a page names is there as long as the server runs. */
export class BuiltSite {
  readonly #pages: ReadonlyMap<string, string>;
  readonly #assets: ReadonlyMap<string, Representation>;
  /** By page and address, which say how it reads. */
  readonly #shown = new Map<string, Representation>();

  private constructor(pages: ReadonlyMap<string, string>, assets: ReadonlyMap<string, Representation>) {
    this.#pages = pages;
    this.#assets = assets;
  }

  /** Null where nothing was built. */
  static async read(folder = FOLDER): Promise<BuiltSite | null> {
    const names = await namesIn(folder);
    if (names === null) return null;
    const pages = await Promise.all(
      names
        .filter((name) => name.endsWith(".html"))
        .map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
    );
    const assets = await Promise.all(
      ((await namesIn(join(folder, ASSETS))) ?? []).map(async (name) => {
        const bytes = await readFile(join(folder, ASSETS, name));
        return [name, new Representation(bytes, typeOf(extname(name)))] as const;
      }),
    );
    return new BuiltSite(new Map(pages), new Map(assets));
  }

  /** A page as it reads at an address; null for one that isn't there. */
  page(name: string, pathname: string): Representation | null {
    const html = this.#pages.get(name);
    const text = html === undefined ? null : pageAt(html, pathname);
    if (text === null) return null;
    // One for each depth, of which there are a few.
    const shown = this.#shown.get(text) ?? new Representation(Buffer.from(text), typeOf(".html"));
    this.#shown.set(text, shown);
    return shown;
  }

  asset(name: string): Representation | null {
    return this.#assets.get(name) ?? null;
  }
}

async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
