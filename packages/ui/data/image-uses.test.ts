import { expect, test } from "vitest";
import { type Artifact, imagesByUse, isForExperts } from "./image-uses.ts";

const file = (name: string, use: Artifact["use"]) => ({ name, use }) as Artifact;

test("images are grouped by their use in the server's order, and what is none is apart", () => {
  const { groups, others } = imagesByUse([
    file("up", "upgrade"),
    file("one", "install"),
    file("two", "install"),
    file("root", "part"),
    file("manifest", null),
  ]);
  expect(groups.map(({ use, images }) => [use, images.map(({ name }) => name)])).toEqual([
    ["upgrade", ["up"]],
    ["install", ["one", "two"]],
    ["part", ["root"]],
  ]);
  expect(groups.filter(isForExperts).map(({ use }) => use)).toEqual(["part"]);
  expect(others.map(({ name }) => name)).toEqual(["manifest"]);
});
