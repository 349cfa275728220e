/** Which trouble a path makes for a tree it is to be unpacked into, or null when it makes none. */
export function pathTrouble(path: string): string | null {
  if (path === "") return "is empty";
  if (path.length > 1024) return "is longer than 1024 characters";
  if (path.startsWith("/")) return "is absolute";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters in names are what is refused here
  if (/[\u0000-\u001f\u007f]/.test(path)) return "contains a control character";
  if (path.includes("\\")) return "contains a backslash";
  const parts = path.split("/");
  if (parts.some((part) => part === "..")) return "leaves its tree with ..";
  if (parts.some((part) => part === "" || part === ".")) return "contains an empty or . part";
  if (parts.some((part) => new TextEncoder().encode(part).length > 255)) return "has a part longer than 255 bytes";
  return null;
}

/** The folders above a path, nearest last: `a/b/c` gives `a`, `a/b`. */
export function parents(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
