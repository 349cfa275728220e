declare module "pg-copy-streams" {
  import type { Writable } from "node:stream";
  import type { Submittable } from "pg";

  /** The receiving end of `copy … from stdin`, to be handed to `client.query`. */
  export function from(statement: string): Writable & Submittable & { rowCount: number };
}
