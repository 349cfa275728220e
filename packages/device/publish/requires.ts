import { Requires } from "@pawl/protocol";
import { UpdateError } from "../error.ts";

/** What a release needs of a device, from `key=value` as people write it: `arch=arm64,arm`, `node=>=18.19`, `memory_mb=512`. */
export function readRequires(pairs: readonly string[]): Requires {
  const given: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at < 1 || value === "") throw wrong(`${pair} isn't key=value, such as node=18.19`);
    if (key in given) throw wrong(`${key} is given twice; several values are written ${key}=one,other`);
    if (!Object.hasOwn(Requires.shape, key)) {
      throw wrong(`${key} isn't something a release can require; it may be ${Object.keys(Requires.shape).join(", ")}`);
    }
    given[key] = key === "memory_mb" ? Number(value) : LISTS.has(key) ? value.split(",") : value;
  }
  const { data, error } = Requires.safeParse(given);
  if (data) return data;
  const issue = error.issues[0];
  throw wrong(`${issue?.path[0]?.toString()} can't be ${given[String(issue?.path[0])]} (${issue?.message})`);
}

/** One of these is enough. */
const LISTS: ReadonlySet<string> = new Set(["os", "arch"]);

function wrong(why: string): UpdateError {
  return new UpdateError("bad_request", `--requires: ${why}.`);
}
