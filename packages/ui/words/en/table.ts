export const table = {
  sortBy: (column: string) => `Sort by ${column}`,
  loading: "Reading…",
  none: "Nothing is there.",
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
  undrawn: "The chart can't be loaded now. Reload the page to see it.",
};
export type TableWords = typeof table;
