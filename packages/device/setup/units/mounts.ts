/**
 * The mount units that whatever lies at these paths may be on. To be named in `After=` only: one that is there is waited
 * for, and one that isn't, such as a disk that was taken out, keeps nothing from running.
 */
export function mountsAbove(paths: readonly string[]): string[] {
  const names = paths.flatMap((path) => {
    const parts = path.split("/").filter((part) => part !== "");
    return parts.map((_, index) => `${escaped(parts.slice(0, index + 1))}.mount`);
  });
  return [...new Set(names)].sort();
}

/** A path as systemd names its unit (systemd.unit(5), "String escaping"). */
function escaped(parts: readonly string[]): string {
  return parts.map((part, index) => escapedPart(part, index === 0)).join("-");
}

function escapedPart(part: string, isFirst: boolean): string {
  const bytes = [...Buffer.from(part, "utf8")];
  return bytes
    .map((byte, at) => {
      const char = String.fromCharCode(byte);
      const isPlain = /[A-Za-z0-9:_.]/.test(char) && !(isFirst && at === 0 && char === ".");
      return isPlain ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
}
