export const log = {
  region: "Log",
  search: "Search in the log",
  found: (at: string, count: string) => `${at} of ${count}`,
  nothing: "Nothing found",
  previous: "The one before",
  next: "The next one",
  toEnd: "Go to the end",
  follows: "Follows the end",
  lines: (count: string, one: boolean) => (one ? "1 line" : `${count} lines`),
  copy: "Copy all",
  link: (number: string) => `Line ${number}`,
  loading: "Reading the log…",
  empty: "Nothing was said yet.",
};
export type LogWords = typeof log;
