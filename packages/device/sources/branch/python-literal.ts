/**
 * The text that a Python file assigns to a name at its top level, such as `__version__ = "1.4.0"`; null when there is no
 * such line, or one whose value isn't one plain text. Nothing is run.
 */
export function pythonLiteral(text: string, name: string): string | null {
  for (const line of text.split(/\r?\n/)) {
    const assignment = ASSIGNMENT.exec(line);
    if (!assignment?.groups) continue;
    const { targets = "", quote = "", rest = "" } = assignment.groups;
    if (!targets.split("=").some((target) => target.replace(/:.*/, "").trim() === name)) continue;
    const value = new RegExp(`^([^\\\\${quote}]*)${quote}\\s*(?:#.*)?$`).exec(rest);
    return value?.[1] ?? null;
  }
  return null;
}

// `__version__ = version = "…"`, `__version__: str = '…'`; what begins with white space is inside of something else.
const ASSIGNMENT = /^(?<targets>[A-Za-z_](?:[^='"#]|=(?!=))*?)=\s*(?<quote>["'])(?<rest>.*)$/;
