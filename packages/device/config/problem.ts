/** Something wrong with `pawl.yaml`, as the checks find it, before its place is known. */
export interface Finding {
  severity: "error" | "warning";
  /** The keys that lead to it. */
  path: readonly (string | number)[];
  /** What is wrong, a sentence without its period. */
  message: string;
  /** What to write instead, or null. */
  hint: string | null;
  /** Where in the text, when that is known better than by the path: an offset, in characters. */
  offset?: number;
  /** The environment variable the value came from. */
  variable?: string;
}

/** The same with its place. `line` and `column` count from one; null when the file isn't where it stands. */
export interface ConfigProblem {
  severity: "error" | "warning";
  /** `apps.dashboard.services[0]` */
  path: string;
  file: string;
  line: number | null;
  column: number | null;
  message: string;
  hint: string | null;
}

/** `/etc/pawl/pawl.yaml:12:5: unknown key "sevices" in apps.dashboard; did you mean "services"?` */
export function describeProblem({ file, line, column, severity, message, hint }: ConfigProblem): string {
  const place = line === null ? file : `${file}:${line}:${column}`;
  const kind = severity === "warning" ? "warning: " : "";
  return `${place}: ${kind}${message}${hint ? `; ${hint}` : ""}`;
}

/** The keys as people write them: `apps.dashboard.services[0]`. */
export function dotted(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

export function error(path: Finding["path"], message: string, hint: string | null = null): Finding {
  return { severity: "error", path, message, hint };
}

export function warning(path: Finding["path"], message: string, hint: string | null = null): Finding {
  return { severity: "warning", path, message, hint };
}
