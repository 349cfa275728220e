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

/** pip's own words, urllib3's, and git's. */
const NO_CONNECTION =
  /NewConnectionError|NameResolutionError|Temporary failure in name resolution|Could not resolve host|Network is unreachable|ConnectTimeoutError|ReadTimeoutError|Read timed out|ProxyError|Connection(?:Reset|Refused|Aborted)Error|Connection (?:aborted|reset|refused|timed out)|RemoteDisconnected|IncompleteRead/;

/**
 * pip's failure as a sentence somebody can act on, with its last lines as the detail. `pip_failed` is what would come
 * again from the same project; what lies in the network, an index or the device has their codes. Pure.
 */
export function pipFailure(end: PipEnd, what: string, config: PipInstall): UpdateError {
  const { code, words } = endedBy(end) ?? said(end.lines, config) ?? lastWords(end);
  const detail = end.lines.slice(-DETAIL_LINES).join("\n").slice(-DETAIL_LENGTH);
  return new UpdateError(code, `pip could not ${what}. ${words}`, { detail: detail || null });
}

function endedBy({ code, signal, timedOut, fellSilent, lines }: PipEnd): Trouble | null {
  if (timedOut)
    return failed("It was stopped because it took too long. Publish pre-built wheels for what takes so long.");
  if (
    fellSilent &&
    /^\s*(?:Downloading|Collecting|Using cached|Looking in|WARNING: Retrying)\b/.test(lines.at(-1) ?? "")
  )
    return host("The package index had sent nothing for 20 minutes. Check the device's network and try again.");
  if (fellSilent) return failed("It was stopped because it had said nothing for 20 minutes. Try again.");
  const outOfMemory =
    /Killed signal terminated program|died with <Signals\.SIGKILL|Killed$|MemoryError|Cannot allocate memory/;
  if (code === 137 || signal === "SIGKILL" || lines.some((line) => outOfMemory.test(line)))
    return unmet("The device ran out of memory. Publish pre-built wheels, stop something, or add swap space.");
  return null;
}

/** The first rule that fits counts. */
function said(lines: readonly string[], config: PipInstall): Trouble | null {
  const text = lines.join("\n");
  const find = (pattern: RegExp) => pattern.exec(text)?.[1]?.trim();
  if (/No space left on device|\[Errno 28\]|Disk quota exceeded/.test(text))
    return { code: "disk_full", words: "The disk is full. Make room and try again." };
  if (/\[Errno (?:5|30)\]/.test(text))
    return { code: "not_writable", words: "The disk reports an error. Check it, and replace it if need be." };
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
  // A device gets another with a new release of its system, and not by the next night.
  if (python) return failed(`It isn't made for this device's Python: ${python}.`);
  if (/CERTIFICATE_VERIFY_FAILED/.test(text))
    return host("The package index's certificate isn't trusted. Check the device's date and time.");
  // Before what couldn't be found: without a network nothing is found.
  if (NO_CONNECTION.test(text))
    return {
      code: "offline",
      words: `The package index can't be reached${named(find(/host='([^']+)'/))}. Check the device's network and try again.`,
    };
  if (/\b401 (?:Client )?Error|403 Client Error/.test(text))
    return host("The package index wants other credentials. Check them in index_url.");
  const trouble = find(/\b((?:429 Client|5\d\d Server) Error)/);
  if (trouble) return host(`The package index has trouble of its own (${trouble}). Try again later.`);
  const missing = find(/No matching distribution found for (.+)$/m);
  // pip doesn't tell an index that answers with an error from one that knows no such name.
  if (missing && !config.no_index && /\(from versions: none\)/.test(text))
    return host(
      `No index has anything of ${missing} for this device, or it doesn't answer. ${whereFrom(config)} Where an index wants credentials, check those in index_url.`,
    );
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
    return build(text, find, config);
  return null;
}

function build(
  text: string,
  find: (pattern: RegExp) => string | undefined,
  { build_isolation }: PipInstall,
): Trouble | null {
  if (/Python\.h: No such file/.test(text)) return unmet(`Python's headers are missing. Run: ${COMPILER}`);
  const header = find(/fatal error: (\S+\.h): No such file/);
  if (header)
    return unmet(`The header ${header} is missing. Install the -dev package it is in, or publish a pre-built wheel.`);
  if (
    /command '?\S*(?:gcc|cc|g\+\+|c\+\+|clang)'? failed: No such file|unable to execute '\S*(?:gcc|cc|g\+\+)'|Unknown compiler\(s\)|No CMAKE_CXX?_COMPILER/.test(
      text,
    )
  )
    return unmet(`There is no compiler. Run: ${COMPILER}`);
  if (/Rust.{0,60}(?:not found|not installed|compiler)|cargo, the Rust package manager, is not installed/.test(text))
    return unmet("There is no Rust compiler. Run: sudo apt install cargo, or publish a pre-built wheel.");
  const module = find(/ModuleNotFoundError: No module named '([^']+)'/) ?? find(/Cannot import '([^']+)'/);
  if (module && build_isolation)
    return failed(
      `Its build needs ${module}, which isn't there. Its publisher has to name it in [build-system] requires.`,
    );
  if (module) {
    const debian = `python3-${module.split(".")[0]?.replaceAll("_", "-")}`;
    return unmet(
      `Its build needs ${module}, which isn't there. With build_isolation: false it has to be installed beside Python: sudo apt install ${debian}.`,
    );
  }
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

/** The device lacks it, and may have it later. */
function unmet(words: string): Trouble {
  return { code: "requires_unmet", words };
}

function host(words: string): Trouble {
  return { code: "host_error", words };
}
