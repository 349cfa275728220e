/** A section of a unit file: each entry a line, as it stands, or nothing where it doesn't apply. */
export type Section = readonly (string | null)[];

/** The text of a unit file (systemd.syntax(7)). */
export function unitText(sections: Readonly<Record<string, Section>>): string {
  const parts = Object.entries(sections).map(
    ([name, lines]) => `[${name}]\n${lines.flatMap((line) => (line === null ? [] : `${line}\n`)).join("")}`,
  );
  return `# Written by \`pawl setup\`, which writes it anew. Changes of your own: systemctl edit.\n${parts.join("\n")}`;
}

/** A path in a list of paths: systemd takes off one pair of quotes, and `%` stands for something. */
export function quoted(path: string): string {
  return `"${path.replaceAll("%", "%%").replace(/["\\]/g, "\\$&")}"`;
}

/** `key=` with all that is in the list, or nothing. */
export function list(key: string, values: readonly string[]): string | null {
  return values.length === 0 ? null : `${key}=${values.join(" ")}`;
}
