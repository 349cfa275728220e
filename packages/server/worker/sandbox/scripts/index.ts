import { readFileSync } from "node:fs";

/**
 * The small programs around a command, as texts: they are handed over as arguments, so that nobody needs to be able to read this
 * folder, which may lie in root's home. Values reach them as arguments of their own, never within the text.
 */
export const SCRIPTS = {
  guard: read("guard.sh"),
  enter: read("enter.sh"),
  start: read("start.sh"),
  read: read("read.sh"),
  write: read("write.sh"),
  forward: read("forward.pl"),
};

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}
