const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

/** Of a file that ships with Pawl, by the end of its name. */
export function typeOf(extension: string): string {
  return TYPES[extension] ?? "application/octet-stream";
}
