import { expect, test } from "vitest";
import { buildsFor, forgetBuild, type Keep, latestBuilds, rememberBuild } from "./build-memory.ts";

const archer = { distribution: "openwrt", target: "ath79/generic", profile: "archer" };
const wrt = { ...archer, profile: "wrt" };

function keeping(first?: string): Keep {
  let kept: string | null = first ?? null;
  return {
    getItem: () => kept,
    setItem: (_, value) => {
      kept = value;
    },
  };
}

test("the builds of a device are remembered, the newest first, each once", () => {
  const keep = keeping();
  for (const id of ["a", "b", "a"]) rememberBuild(archer, id, keep);
  rememberBuild(wrt, "c", keep);
  expect(buildsFor(archer, keep)).toEqual(["a", "b"]);
  expect(latestBuilds(keep)).toEqual(["c", "a"]);
  forgetBuild("c", keep);
  expect(latestBuilds(keep)).toEqual(["a"]);
});

test("it stays small", () => {
  const keep = keeping();
  for (let i = 0; i < 50; i += 1) rememberBuild({ ...archer, profile: `p${i % 30}` }, `b${i}`, keep);
  expect(latestBuilds(keep)).toHaveLength(20);
  for (let i = 0; i < 50; i += 1) rememberBuild(archer, `b${i}`, keep);
  expect(buildsFor(archer, keep)).toEqual(["b49", "b48", "b47", "b46", "b45"]);
});

test.each(["{", "{}", '[["a"],[1,[]],null,["openwrt ath79/generic archer",[1]]]'])(
  "whatever another page left there does no harm: %s",
  (kept) => {
    const keep = keeping(kept);
    expect(buildsFor(archer, keep)).toEqual([]);
    rememberBuild(archer, "a", keep);
    expect(buildsFor(archer, keep)).toEqual(["a"]);
  },
);

test("without a storage nothing is remembered, and nothing fails", () => {
  const full: Keep = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  };
  for (const keep of [null, full]) {
    rememberBuild(archer, "a", keep);
    expect(buildsFor(archer, keep)).toEqual([]);
  }
});
