import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface LaidDistribution {
  name: string;
  version: string;
  commit: string;
}

/**
 * A virtual environment as the disk shows it, without a Python that works: in it a distribution that pip has installed from
 * the branch `main`. Gives the path of its Python.
 */
export function layEnvironment(environment: string, { name, version, commit }: LaidDistribution): string {
  const info = join(environment, "lib", "python3.11", "site-packages", `${name}-${version}.dist-info`);
  mkdirSync(info, { recursive: true });
  mkdirSync(join(environment, "bin"));
  const python = join(environment, "bin", "python");
  writeFileSync(python, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  writeFileSync(join(environment, "pyvenv.cfg"), "include-system-site-packages = false\nversion = 3.11.2\n");
  writeFileSync(join(info, "METADATA"), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
  const vcs_info = { vcs: "git", commit_id: commit, requested_revision: "main" };
  writeFileSync(join(info, "direct_url.json"), JSON.stringify({ url: "https://github.com/me/pi-kit.git", vcs_info }));
  return python;
}
