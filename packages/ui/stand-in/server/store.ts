import { type Answering, type Asked, answering } from "../calls.ts";
import type { Builds } from "./builds/builds.ts";
import { buildOf } from "./builds/held.ts";
import type { Catalog } from "./catalog/catalog.ts";
import { refuse } from "./refusal.ts";

/** The files of builds: what is in them is their name, since nobody installs them. */
export function storeCalls(catalog: Catalog, builds: Builds): Answering[] {
  return answering({
    "GET /store/{id}/{name}": ({ path }: Asked) => {
      const { result } = buildOf(catalog, builds.find(path.id));
      const artifact = result?.artifacts.find(({ name }) => name === path.name);
      if (!artifact) throw refuse(404, "not_found", "There is no such file.");
      const headers = { "content-type": "application/octet-stream", etag: `"${artifact.sha256}"` };
      return new Response(`${artifact.name}, as the stand-in has it\n`, { headers });
    },
  });
}
