export const table = {
  sortBy: (column: string) => `Sort by ${column}`,
  ascending: "from the beginning",
  descending: "from the end",
  loading: "Reading…",
  none: "Nothing is there.",
  noneFound: "Nothing is like that.",
  clear: "Clear the filters",
  without: (filter: string) => `Without ${filter}`,
  all: "All",
  total: (count: string, one: boolean, more: boolean) =>
    more ? `More than ${count}` : one ? "1 entry" : `${count} entries`,
  first: "First page",
  next: "Next page",
  pages: "Pages",
  filters: "Filters",
  figures: "As a table",
};
export type TableWords = typeof table;
