import { expect, test } from "vitest";
import { nextSort, orderOf, rowsWith, sortedRows } from "./table-sort.ts";

interface Row {
  name: string;
  count: number | null;
}

const rows: Row[] = [
  { name: "24.10", count: 3 },
  { name: "9.1", count: null },
  { name: "25.12", count: 12 },
];
const columns = [
  { key: "name", by: ({ name }: Row) => name },
  { key: "count", by: ({ count }: Row) => count },
  { key: "fixed" },
];
const names = (sort: string) => sortedRows(rows, columns, sort).map(({ name }) => name);

test.each([
  ["name", ["9.1", "24.10", "25.12"]],
  ["-name", ["25.12", "24.10", "9.1"]],
  ["count", ["24.10", "25.12", "9.1"]],
  ["-count", ["25.12", "24.10", "9.1"]],
  ["fixed", ["24.10", "9.1", "25.12"]],
  ["no-such", ["24.10", "9.1", "25.12"]],
])("sorts by %s", (sort, order) => expect(names(sort)).toEqual(order));

test("a head that is pressed again sorts from the end", () => {
  const name = { key: "name" };
  expect(nextSort(name, "")).toBe("name");
  expect(nextSort(name, "name")).toBe("-name");
  expect(nextSort(name, "-name")).toBe("name");
});

test.each([
  [{ key: "took", sorts: { up: "quickest", down: "slowest" }, begins: "down" }, ["slowest", "quickest", "slowest"]],
  [{ key: "seen", begins: "down" }, ["-seen", "seen", "-seen"]],
  [{ key: "trouble", sorts: { down: "trouble" } }, ["trouble", "trouble", "trouble"]],
] as const)("the head of %o goes through its orders", (column, orders) => {
  const pressed: string[] = [];
  for (let sort = "other"; pressed.length < 3; pressed.push(sort)) sort = nextSort(column, sort);
  expect(pressed).toEqual(orders);
});

test("an order is told by what is first, whatever the server calls it", () => {
  const took = { key: "took", sorts: { up: "quickest", down: "slowest" } };
  expect(orderOf(took, "slowest")).toBe("descending");
  expect(orderOf(took, "quickest")).toBe("ascending");
  expect(orderOf(took, "newest")).toBe("none");
  expect(orderOf({ key: "kind" }, "kind")).toBeNull();
});

test("keeps rows that have each word", () => {
  const text = ({ name, count }: Row) => `${name} ${count}`;
  expect(rowsWith(rows, "12 25", text).map(({ name }) => name)).toEqual(["25.12"]);
  expect(rowsWith(rows, "  ", text)).toHaveLength(3);
});
