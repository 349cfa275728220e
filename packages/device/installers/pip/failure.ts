import type { FailureCode, PipInstall } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import type { PythonResult } from "./python.ts";

/** How pip ended, and the last lines of what it said, in their order. */
export type PipEnd = Pick<PythonResult, "code" | "signal" | "timedOut" | "fellSilent"> & { lines: readonly string[] };

interface Trouble {
  code: FailureCode;
  /** What is the matter and what to do about it: whole sentences. */
  words: string;
}

const DETAIL_LINES = 15;
const DETAIL_LENGTH = 4000;

/** What a compiler is called on Debian, and what Python's own headers are in. */
const COMPILER = "sudo apt install build-essential python3-dev";

/** pip's failure as a sentence somebody can act on, with its last lines as the detail. Pure. */
export function pipFailure(end: PipEnd, what: string, config: PipInstall): UpdateError {
  const { code, words } = endedBy(end) ?? said(end.lines, config) ?? lastWords(end);
  const detail = end.lines.slice(-DETAIL_LINES).join("\n").slice(-DETAIL_LENGTH);
  return new UpdateError(code, `pip could not ${what}. ${words}`, { detail: detail || null });
}

function endedBy({ code, signal, timedOut, fellSilent, lines }: PipEnd): Trouble | null {
  if (timedOut)
    return failed("It was stopped because it took too long. Publish pre-built wheels for what takes so long.");
  if (fellSilent) return failed("It was stopped because it had said nothing for 20 minutes. Try again.");
  const outOfMemory =
    /Killed signal terminated program|died with <Signals\.SIGKILL|Killed$|MemoryError|Cannot allocate memory/;
  if (code === 137 || signal === "SIGKILL" || lines.some((line) => outOfMemory.test(line)))
    return failed("The device ran out of memory. Publish pre-built wheels, stop something, or add swap space.");
  return null;
}

/** The first rule that fits counts. */
function said(lines: readonly string[], config: PipInstall): Trouble | null {
  const text = lines.join("\n");
  const find = (pattern: RegExp) => pattern.exec(text)?.[1]?.trim();
  if (/No space left on device|\[Errno 28\]|Disk quota exceeded/.test(text))
    return { code: "disk_full", words: "The disk is full. Make room and try again." };
  if (/DO NOT MATCH THE HASHES/.test(text))
    return {
      code: "hash_mismatch",
      words: `What was fetched isn't what the release's lock file names by its hash${named(find(/^ {4}(\S+).*:$/m))}. Nothing of it was installed.`,
    };
  if (/In --require-hashes mode/.test(text) || /Hashes are required in --require-hashes mode/.test(text))
    return failed(
      "The release's lock file doesn't list everything it needs with a version and a hash. Its publisher has to make it anew.",
    );
  const python = find(/requires a different Python: (.+)$/m);
  if (python) return { code: "requires_unmet", words: `It isn't made for this device's Python: ${python}.` };
  // Before what couldn't be found: without a network nothing is found.
  if (
    /NewConnectionError|NameResolutionError|Temporary failure in name resolution|Network is unreachable|ConnectTimeoutError|ReadTimeoutError/.test(
      text,
    )
  )
    return failed(
      `The package index can't be reached${named(find(/host='([^']+)'/))}. Check the device's network and try again.`,
    );
  if (/CERTIFICATE_VERIFY_FAILED/.test(text))
    return failed("The package index's certificate isn't trusted. Check the device's date and time.");
  if (/\b401 (?:Client )?Error|403 Client Error/.test(text))
    return failed("The package index wants other credentials. Check them in index_url.");
  const missing = find(/No matching distribution found for (.+)$/m);
  if (missing) return failed(`No index or folder has ${missing} for this device. ${whereFrom(config)}`);
  if (/ResolutionImpossible|conflicting dependencies/.test(text))
    return failed(
      `What it needs contradicts itself: ${conflict(lines)}. Its publisher has to mend that, or constrain it.`,
    );
  if (
    /[Cc]ould not build wheels|error: subprocess-exited-with-error|BackendUnavailable|metadata-generation-failed/.test(
      text,
    )
  )
    return build(text, find);
  return null;
}

function build(text: string, find: (pattern: RegExp) => string | undefined): Trouble | null {
  if (/Python\.h: No such file/.test(text)) return failed(`Python's headers are missing. Run: ${COMPILER}`);
  const header = find(/fatal error: (\S+\.h): No such file/);
  if (header)
    return failed(`The header ${header} is missing. Install the -dev package it is in, or publish a pre-built wheel.`);
  if (
    /command '?\S*(?:gcc|cc|g\+\+|c\+\+|clang)'? failed: No such file|unable to execute '\S*(?:gcc|cc|g\+\+)'|Unknown compiler\(s\)|No CMAKE_CXX?_COMPILER/.test(
      text,
    )
  )
    return failed(`There is no compiler. Run: ${COMPILER}`);
  if (/Rust.{0,60}(?:not found|not installed|compiler)|cargo, the Rust package manager, is not installed/.test(text))
    return failed("There is no Rust compiler. Run: sudo apt install cargo, or publish a pre-built wheel.");
  const module = find(/ModuleNotFoundError: No module named '([^']+)'/) ?? find(/Cannot import '([^']+)'/);
  if (module)
    return failed(
      `Its build needs ${module}, which isn't there. Name it in [build-system] requires; with build_isolation: false install it beside Python (sudo apt install python3-${module.split(".")[0]?.replaceAll("_", "-")}).`,
    );
  return null;
}

function lastWords({ code, signal, lines }: PipEnd): Trouble {
  const meaningful = lines.filter((line) => /^\s*(?:ERROR|error)\b|Error: /.test(line) && !/note:|hint:/.test(line));
  const last = (meaningful.at(-1) ?? lines.at(-1))?.trim().replace(/^ERROR: /, "");
  return failed(last ? `It said: ${last}` : `It ended with ${code ?? signal}.`);
}

function whereFrom({ no_index, find_links }: PipInstall): string {
  if (!no_index) return "Check its name and version, and that there is one for this Python and processor.";
  const folders = find_links.length > 0 ? find_links.join(", ") : "find_links, which is empty";
  return `With no_index: true it has to be in ${folders}.`;
}

function conflict(lines: readonly string[]): string {
  const at = lines.findIndex((line) => /^\s*The conflict is caused by:/.test(line));
  const after = at < 0 ? [] : lines.slice(at + 1);
  const end = after.findIndex((line) => !/^ {4}\S/.test(line));
  const causes = after.slice(0, end < 0 ? after.length : end).map((line) => line.trim());
  return causes.slice(0, 4).join("; ") || "see the log";
}

function named(name: string | undefined): string {
  return name ? ` (${name})` : "";
}

function failed(words: string): Trouble {
  return { code: "pip_failed", words };
}
