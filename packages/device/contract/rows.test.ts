import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FAILURE_CODES } from "@pawl/protocol";
import { expect, test } from "vitest";

// Every row of the contract has a test that names it: `vitest run -t "§2 staging"` finds it. A row of a route is named
// by its verb, "status: …"; every other one by its section and its name. In a table of tests the name may be a column.

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Of kinds of sources that there aren't yet. */
const LATER = ["pip_failed", "import_failed"];

const ROWS: Record<string, string[]> = {
  "": words(`status check install cancel seen progress rollback auto skip channels set_channel changelog log history
    settings ticket apps session`).map((verb) => `${verb}:`),
  "§1": ["envelope", "rules"],
  "§2": [
    ...words(
      "idle checking downloading verifying waiting staging backing-up switching restarting testing rolling-back",
    ),
    ...["percent", "deadlines", "progress", "root work"],
  ],
  "§3": [
    ...FAILURE_CODES.filter((code) => !LATER.includes(code)),
    ...["failure codes", "failure fields", "enums", "secrets"],
  ],
  "§4": [
    ...words(`listen state_dir auth.jwt auth.public_status auth.cors auth.token_in_query title source.http source.github
      source.gitea source.directory channel public_keys layout home map keep config backups allow_commands backup_dir
      services health version_file auto window notify token_file hooks environment reset`),
    "unknown keys",
  ],
  "§5": ["compare", "tags"],
  "§6": [
    ...["assets", "bundle", "manifest inside", "manifest.json", "manifest.json.sig", "public_keys", "tag", "changelog"],
    ...["files", "archive", "post_install", "min_from", "requires", "published_at", "index.json", "directory"],
    ...["prerelease", "preflight", "install, download", "staging", "health check", "rollback", "refused"],
    ...["gone back to", "gone back from", "first release", "symlink layout", "adoption", "copy layout", "config"],
    ...["in both", "release_moved", "installed", "api and apply", "state.json", "lock", "apply", "recovery"],
  ],
};

const tests = ["packages", "e2e"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts") && !/(^|\/)node_modules\//.test(path) && !path.endsWith("rows.test.ts"))
    .map((path) => readFileSync(join(ROOT, folder, path), "utf8")),
);

test.each(Object.entries(ROWS).flatMap(([section, names]) => names.map((name) => [section, name] as const)))(
  "the contract's row %s %s is named by a test",
  (section, name) => {
    expect(tests.some((text) => isNamedIn(text, section, name))).toBe(true);
  },
);

function isNamedIn(text: string, section: string, name: string): boolean {
  if (section === "") return text.includes(`test("${name} `) || text.includes(`"${name} `);
  const title = new RegExp(`["\`][^"\`\\n]*${section} ${name.replaceAll(".", "\\.")}(?![\\w.-])`);
  const isTable = new RegExp(`${section} (%s|\\$\\w+)`).test(text);
  return title.test(text) || (isTable && text.includes(`"${name}"`));
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
