import { stat } from "node:fs/promises";
import type { Config, SourceConfig } from "@pawl/protocol";
import { isMissing } from "../store/atomic-file.ts";
import { couldChange, mayByMode, obstacleOnTheWay, type Who } from "./rights.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** A file with a secret in it, by what names it in `pawl.yaml`. */
export interface SecretFile {
  key: string;
  path: string;
}

/** Nobody in particular. */
const ANYBODY: Who = { uid: -1, gids: [] };

/** The secret of the API's sign-ins. */
export function secretsOfDevice({ auth }: Pick<Config, "auth">): SecretFile[] {
  const { jwt } = auth;
  return jwt && "secret_file" in jwt ? [{ key: "auth.jwt.secret_file", path: jwt.secret_file }] : [];
}

/** The token, or the key, for the source. */
export function secretsOfSource(source: SourceConfig): SecretFile[] {
  if ("directory" in source) return [];
  const [kind, files] = Object.entries(source)[0] as [string, { token_file?: string; key_file?: string }];
  return (["token_file", "key_file"] as const).flatMap((key) => {
    const path = files[key];
    return path === undefined ? [] : [{ key: `source.${kind}.${key}`, path }];
  });
}

/** Whether secrets can be read by who needs them, and by nobody else. Says nothing of what is in them. */
export async function lookAtSecrets(files: readonly SecretFile[], reader: Who): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of files) findings.push(await lookAtSecret(file, reader));
  return findings;
}

async function lookAtSecret({ key, path }: SecretFile, reader: Who): Promise<Finding> {
  try {
    const there = await stat(path);
    if (!there.isFile()) return trouble(`${key}: ${path} is not a file`, `Put the secret into a file and name that`);
    const isOpen = mayByMode(ANYBODY, there, "read") && (await obstacleOnTheWay(ANYBODY, path, "read")) === null;
    // Closed to others it must still be open to whom it is for.
    const isLeft = mayByMode(reader, { ...there, mode: there.mode & ~0o007 }, "read");
    const close = isLeft ? `chmod o-rwx ${path}` : handOver(path, reader);
    if (isOpen) return trouble(`${key}: every user of this device can read ${path}`, close);
    if (couldChange(ANYBODY, there)) return trouble(`${key}: every user of this device can write ${path}`, close);
    const obstacle = await obstacleOnTheWay(reader, path, "read");
    if (obstacle === null) return fine(`${key}: ${path} can be read by who needs it, and not by everybody`);
    return trouble(
      obstacle === path
        ? `${key}: the user Pawl runs as (${reader.uid}) can't read ${path}`
        : `${key}: the user Pawl runs as (${reader.uid}) can't get to ${path}, for ${obstacle} keeps it out`,
      obstacle === path ? handOver(path, reader) : `chmod o+x ${obstacle}`,
    );
  } catch (error) {
    if (isMissing(error)) return trouble(`${key}: ${path} isn't there`, `Put the secret into it, or correct ${key}`);
    const title = `${key}: this user may not look at ${path}`;
    return warning(title, "sudo pawl doctor", error instanceof Error ? error.message : null);
  }
}

function handOver(path: string, { gids }: Who): string {
  return `chown root:${gids[0] ?? 0} ${path} && chmod 640 ${path}`;
}
