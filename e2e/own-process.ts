import { globSync, readFileSync } from "node:fs";

/**
 * What a test file says that needs a process to itself: it measures its process, or changes what all of a process shares.
 * Some put it back at their end; a test that fails or waits in between would still show it to others.
 */
const SAYS = [
  /process\.(set\w*id|setgroups|initgroups|umask|chdir|memoryUsage|resourceUsage|exitCode)\b/,
  /process\.env(\.\w+|\[[^\]]+\]) = |delete process\.env/,
  /\bvi\.(mock|doMock|spyOn|stub\w+|useFakeTimers|setConfig)\b/,
  /\/proc\/self\/(fd|status|stat|mountinfo)/,
];

/** The test files of some patterns, from `root`, that need a process to themselves. */
export function needOwnProcess(root: string, patterns: string[]): string[] {
  return globSync(patterns, { cwd: root, exclude: (path) => path.includes("node_modules") }).filter((path) => {
    const text = readFileSync(`${root}/${path}`, "utf8");
    return SAYS.some((says) => says.test(text));
  });
}
