import { basename } from "node:path";

/** By which of its names the device file runs: `pawl`, or root's own `pawl-apply`. */
export type CalledAs = "command" | "helper" | "disguised";

const HELPER = "pawl-apply";

export interface Call {
  /** What was called, as the process was told. */
  self: string;
  env: NodeJS.ProcessEnv;
  uid: number;
}

/**
 * What a call is for. `disguised`: sudo has let somebody call `pawl-apply` as root, and that isn't the name we run under, as where
 * sudo starts what it has open (sudoers(5), `fdexec`). Whoever may call nothing but that must not get every other command. Pure.
 */
export function calledAs({ self, env, uid }: Call): CalledAs {
  if (basename(self) === HELPER) return "helper";
  // sudo writes that itself, over whatever its caller has put there.
  const [allowed = ""] = (env.SUDO_COMMAND ?? "").split(" ");
  return uid === 0 && basename(allowed) === HELPER ? "disguised" : "command";
}

/** The same, of this process. */
export function thisCall(self: string): CalledAs {
  return calledAs({ self, env: process.env, uid: process.geteuid?.() ?? 0 });
}
