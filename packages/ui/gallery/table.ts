import { html } from "lit";
import "../elements/pawl-table.ts";
import type { Column } from "../elements/table/column.ts";
import type { GalleryEntry } from "./entry.ts";

interface Row {
  name: string;
  builds: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: "name", title: "Package", cell: ({ name }) => name, by: ({ name }) => name },
  { key: "builds", title: "Builds", cell: ({ builds }) => String(builds), by: ({ builds }) => builds },
];
const LONG = "luci-i18n-a-package-whose-name-is-longer-than-a-phone-is-wide-zh-cn";

export const table: GalleryEntry = {
  kind: "element",
  element: "pawl-table",
  about: "Rows under a head that stays in view; cards on a phone",
  height: 480,
  states: {
    some: () => shown(rows(5)),
    one: () => shown(rows(1)),
    "500 rows": () => shown(rows(500)),
    "long names": () => shown([{ name: LONG, builds: 12 }, ...rows(2)]),
    "on their way": () => shown(null),
    none: () => shown([]),
  },
};

function shown(all: Row[] | null) {
  return html`<pawl-table
    name="Packages"
    sort="-builds"
    .columns=${COLUMNS}
    .rows=${all}
    .hrefOf=${({ name }: Row) => `#${name}`}
    empty="No package is built in yet"
    emptyHint="What people ask for is counted here."
  ></pawl-table>`;
}

function rows(count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({ name: `package-${index}`, builds: (index * 37) % 101 }));
}
