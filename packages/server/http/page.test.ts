import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ServerError } from "../error.ts";
import { page } from "./page.ts";

const names = (count: number) => Array.from({ length: count }, (_, at) => `package-${at}`);
const ask = (items: readonly string[], limit: number, cursor?: string, scope = "packages") =>
  page(items, { limit, cursor, scope, keyOf: (name) => name });

test("pages together are the list, however long they are", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 20 }), (count, limit) => {
      const seen: string[] = [];
      let next: string | null | undefined;
      do {
        const part = ask(names(count), limit, next ?? undefined);
        seen.push(...part.items);
        next = part.next;
      } while (next !== null);
      expect(seen).toEqual(names(count));
    }),
  );
});

test("what comes or goes in between is neither repeated nor the reason that others are left out", () => {
  const { next } = ask(names(10), 3);
  const cursor = next ?? "";
  expect(ask(["new", ...names(10)], 3, cursor).items).toEqual(["package-3", "package-4", "package-5"]);
  expect(ask(names(10).slice(1), 3, cursor).items).toEqual(["package-3", "package-4", "package-5"]);
  const withoutLast = names(10).filter((name) => name !== "package-2");
  expect(ask(withoutLast, 3, cursor).items).toEqual(["package-4", "package-5", "package-6"]);
});

test.each(["", "x", "AAAA", "%%%", "W10", "package-2"])("a forged cursor is refused: %j", (cursor) => {
  expect(() => ask(names(10), 3, cursor)).toThrow(ServerError);
});

test("a cursor of another list is refused, and so is any other text", () => {
  const { next } = ask(names(10), 3);
  expect(() => ask(names(10), 3, next ?? "", "models")).toThrow("not from an answer to the same question");
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => ask(names(10), 3, text)).toThrow(ServerError);
    }),
  );
});

test.each(["not json", '["1", "x"]', "[1.5, 2]", "null"])("one made as ours are made, of %s, is refused", (content) => {
  const check = createHash("sha256").update(`packages\n${content}`).digest("base64url").slice(0, 12);
  const cursor = Buffer.from(check + content).toString("base64url");
  expect(() => ask(names(10), 3, cursor)).toThrow(ServerError);
});
