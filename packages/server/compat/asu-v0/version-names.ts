/** The catalog's name of a version that a client of the first generation calls `snapshots`, `snapshot` or `SNAPSHOT`. */
export function catalogVersion(asked: string): string {
  const lower = asked.toLowerCase();
  if (lower === "snapshots" || lower === "snapshot") return "SNAPSHOT";
  return lower.endsWith("-snapshot") ? `${asked.slice(0, -"snapshot".length)}SNAPSHOT` : asked;
}

/** As the first generation lists it: `SNAPSHOT` is `snapshots`. */
export function listedVersion(name: string): string {
  return name === "SNAPSHOT" ? "snapshots" : name;
}

/** Whether it is built anew every day. */
export function isSnapshot(name: string): boolean {
  return name === "SNAPSHOT" || name.endsWith("-SNAPSHOT");
}
