import { expect, test } from "vitest";
import { pageAt } from "./page-at.ts";

const HTML = `<meta name="pawl-root" content="./"><script type="module" src="./ui/assets/index-1.js"></script>`;

test.each([
  ["/", "http://host/"],
  ["/console", "http://host/"],
  ["/console/", "http://host/"],
  ["/console/builds/0123", "http://host/"],
  ["/console//builds", "http://host/"],
  ["/console/builds%2F0123", "http://host/"],
])("a page at %s finds its root and what it loads", (path, root) => {
  const page = pageAt(HTML, path) ?? "";
  const [content = "", script = ""] = [...page.matchAll(/(?:content|src)="([^"]+)"/g)].map(([, link]) => link);
  expect(new URL(content, `http://host${path}`).href).toBe(root);
  expect(new URL(script, `http://host${path}`).href).toBe(`${root}ui/assets/index-1.js`);
  // Below a folder of a proxy's, which the program behind it doesn't know of.
  expect(new URL(content, `http://host/pawl${path}`).pathname).toBe("/pawl/");
});

test("an address that is no page's has none", () => expect(pageAt(HTML, `/${"a/".repeat(40)}`)).toBeNull());
