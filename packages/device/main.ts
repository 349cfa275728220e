import "./interpreted-schemas.ts";

import { thisCall } from "./cli/called-as.ts";
import { EXIT } from "./cli/exit-code.ts";
import { DEFAULT_CONFIG_PATH } from "./cli/io.ts";
import { processIo } from "./cli/process-io.ts";
import { createProgram, type ProgramIo } from "./cli/program.ts";
import { wordError } from "./cli/word-error.ts";
import { UpdateError } from "./error.ts";
import { prepareRuntime } from "./runtime.ts";
import { cleanEnvironment } from "./system/roots-environment.ts";

const END_SIGNALS = ["SIGINT", "SIGTERM"] as const;

void main(process.argv.slice(1)).then((code) => {
  process.exitCode = code;
});

async function main([self = "", ...args]: readonly string[]): Promise<number> {
  prepareRuntime();
  const io = { ...processIo(args), signal: endSignal() };
  switch (thisCall(self)) {
    case "helper":
      return rootsHelper(args, io);
    case "disguised":
      return wordError(disguised(self), io, false);
    case "command":
      return command(args, io);
  }
}

function disguised(self: string): UpdateError {
  return new UpdateError(
    "forbidden",
    `sudo was asked for pawl-apply and has started ${self}, under which name nothing of it is known. If sudoers says fdexec=always, take that out.`,
  );
}

/** This same file under the name `pawl-apply`: nothing of its caller's environment or choice gets through to it. */
async function rootsHelper(args: readonly string[], io: ProgramIo): Promise<number> {
  try {
    if (process.geteuid?.() === 0) cleanEnvironment();
    const { pawlApply } = await import("./cli/apply.ts");
    return await pawlApply(args, DEFAULT_CONFIG_PATH, io.signal);
  } catch (error) {
    return wordError(error, io, false);
  }
}

async function command(args: readonly string[], io: ProgramIo): Promise<number> {
  let exitCode: number = EXIT.ok;
  const exit = (code: number) => {
    exitCode = code;
  };
  try {
    // Whoever types nothing more asks what there is.
    await createProgram(io, exit).parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
    return exitCode;
  } catch (error) {
    return wordError(error, io, args.includes("--json"));
  }
}

/** Aborts with the first SIGINT or SIGTERM; the second ends the process at once. */
function endSignal(): AbortSignal {
  const end = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    for (const signal of END_SIGNALS) process.off(signal, onSignal);
    end.abort(new Error(name));
  };
  for (const signal of END_SIGNALS) process.on(signal, onSignal);
  return end.signal;
}
