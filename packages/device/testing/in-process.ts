import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** What may hang for good hangs in a process that is ended then, in milliseconds. */
const KILL_AFTER_MS = 20_000;

/**
 * Runs a module in a process of its own and gives what it printed; "killed" when it didn't come to its end. `imports`:
 * what it imports, name by name, from files of this package.
 */
export async function inProcess(imports: Record<string, string>, script: string): Promise<string> {
  const head = Object.entries(imports).map(([name, file]) => {
    const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
    return `import { ${name} } from ${JSON.stringify(path)};`;
  });
  const child = spawn(process.execPath, ["--input-type=module", "-e", [...head, script].join("\n")], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: KILL_AFTER_MS,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<boolean>((resolve) => child.once("close", (code) => resolve(code !== null)));
  const printed = await text(child.stdout);
  return (await ended) ? printed.trim() : "killed";
}

/** Prints the code of the error that a promise ends in, or "fine". */
export const PRINT_CODE = `
  const printCode = (promise) => promise.then(() => "fine", (error) => error.code ?? String(error)).then(console.log);
`;
