/** Texts in the formats of passwd(5) and group(5). */
export interface AccountFiles {
  passwd: string;
  group: string;
}

/** The groups a user is in by these files, besides the one of their own. Pure. */
export function groupsOf(uid: number, { passwd, group }: AccountFiles): number[] {
  const name = nameOf(uid, passwd);
  if (name === null) return [];
  return rows(group).flatMap(([, , gid, members]) => (members?.split(",").includes(name) ? [Number(gid)] : []));
}

/** Null when the file knows nobody of that number. Pure. */
export function nameOf(uid: number, passwd: string): string | null {
  return rows(passwd).find(([, , number]) => number === String(uid))?.[0] ?? null;
}

function rows(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}
