import { chmod, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PythonAppliance } from "../appliance/python-appliance.ts";
import { missingForPython } from "../appliance/python-there.ts";
import { portOr } from "./free-ports.ts";
import { fromHere } from "./from-here.ts";

/** The ports people will see; others when these are taken. */
const PORTS = { service: 8082, git: 8092 };

const PUSH_COMMIT = fileURLToPath(new URL("./push-commit.ts", import.meta.url));

/** Why there is no Python app here, and what to do about it; null when there can be one. */
export async function whyNoKettle(dir: string): Promise<string | null> {
  const missing = missingForPython();
  if (missing.length > 0) {
    return `This machine lacks what it takes. To have it, before the next npm start:\n    sudo apt install ${missing.join(" ")}`;
  }
  // Whoever root has build it, nobody in particular, has to come there.
  if (process.geteuid?.() !== 0) return null;
  for (let folder = dirname(dir); folder !== dirname(folder); folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) {
      return `You are root, and only you may pass through ${folder}. Start it as yourself, or from another folder.`;
    }
  }
  return null;
}

/** A kettle that follows `main` of a repository; `configPath` names it. */
export async function createKettle(
  dir: string,
  pawl: readonly [string, ...string[]],
  configPath: string,
): Promise<PythonAppliance> {
  return PythonAppliance.create({
    dir,
    pawl,
    configPath,
    servicePort: await portOr(PORTS.service),
    gitPort: await portOr(PORTS.git),
    steady: "3s",
  });
}

/**
 * The first commit in place, newer ones on `main` and on `dev`, and a command that makes more of them. All else of the demo
 * works without it: when it can't be installed here, this gives the reason.
 */
export async function setUpKettle(kettle: PythonAppliance, dir: string): Promise<string | null> {
  const { code, stderr } = await kettle.run("install");
  if (code !== 0) return `It could not be installed. ${stderr.trim()}`;
  const at = new Date();
  const message = "Whistle when the water boils\n\nSo that nobody has to stand beside it.";
  const from = await kettle.push("main", { message, at });
  await kettle.push("dev", { message: "Boil in three minutes", from, at });
  await kettle.push("dev", { message: "Keep the tea warm", at });
  await kettle.run("check", "--force");
  const path = join(dir, "push-commit");
  const command = [process.execPath, PUSH_COMMIT, kettle.repository.path, join(dir, "pawl")];
  await writeFile(path, `#!/bin/sh\nexec ${command.map((part) => `'${part}'`).join(" ")} "$@"\n`);
  await chmod(path, 0o755);
  return null;
}

export function kettleGuide(kettle: PythonAppliance, apiPort: number, dir: string, root: string): string {
  const pawl = fromHere(join(dir, "pawl"), root);
  const push = fromHere(join(dir, "push-commit"), root);
  const rows = [
    [`${pawl} status --app kettle`, "which commit is installed, and that there is a newer one"],
    [`${pawl} channel dev --app kettle`, "follow another branch"],
    [`${pawl} changelog --app kettle`, "the commits that this device doesn't have yet"],
    [push, "push one more, as a developer would"],
    [`${pawl} install --app kettle`, "build it beside the one that runs, and switch"],
    [`${push} --broken`, "one that starts and dies: install it, and see it go back"],
  ] as const;
  const width = Math.max(...rows.map(([command]) => command.length));
  return `
  A Python app on it, which follows a branch
    The kettle           http://127.0.0.1:${kettle.servicePort}/version     (runs main, 1.0.0)
    Its update API       http://127.0.0.1:${apiPort}/api/apps/kettle/update/status
    Its repository       ${kettle.server.url}/kettle.git

${rows.map(([command, what]) => `    ${command.padEnd(width)}   ${what}`).join("\n")}
`;
}

export function noKettleGuide(why: string): string {
  return `
  A Python app that follows a branch isn't here.
    ${why}
`;
}
