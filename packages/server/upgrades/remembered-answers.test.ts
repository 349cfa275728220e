import { expect, test } from "vitest";
import { comparison, type Offer } from "./engine.ts";
import { RememberedAnswers } from "./remembered-answers.ts";
import { rowPlan } from "./row-plan.ts";
import { factsOf, releaseOf, versionOf } from "./upgrade-fixture.ts";

const offered = versionOf("25.12.1");
const offer: Offer = { version: offered, target: "x86/64", newRelease: true, revision: null, notice: null };
const plan = rowPlan(factsOf({}), { installed: "24.10.5", offered, revision: null, installedRevision: null });

function compared() {
  const next = releaseOf({ vim: "9.1-r2", htop: "3-r1" }, { generation: "apk" });
  return comparison(plan, releaseOf(["vim", "htop"]), next);
}

function question(installed: Record<string, string>) {
  const packages = new Map(Object.entries(installed));
  return { distribution: "openwrt", version: "24.10.5", upgradePackages: true, installed: packages };
}

test("who asks for the third time gets the very answer of the second", () => {
  const answers = new RememberedAnswers();
  const way = compared();
  const [first, second, third] = [1, 2, 3].map(() => answers.decide(question({ vim: "9.0-r1" }), offer, way));
  expect(first).toEqual(second);
  expect(third).toBe(second);
});

test("when what is compared has changed, it is answered anew", () => {
  const answers = new RememberedAnswers();
  const before = [1, 2].map(() => answers.decide(question({ vim: "9.0-r1" }), offer, compared())).at(-1);
  const next = releaseOf({ vim: "9.2-r1" }, { generation: "apk" });
  const after = answers.decide(question({ vim: "9.0-r1" }), offer, comparison(plan, releaseOf(["vim"]), next));
  expect(before?.upgrades.get("vim")).toEqual(["9.1-r2", "9.0-r1"]);
  expect(after.upgrades.get("vim")).toEqual(["9.2-r1", "9.0-r1"]);
});

test("no version can be made up that passes for another device's packages", () => {
  const answers = new RememberedAnswers();
  const way = compared();
  const two = { htop: "1-r1", vim: "9.0-r1" };
  for (const _ of [1, 2]) answers.decide(question(two), offer, way);
  for (const forged of ["1-r1\nvim\n9.0-r1", "1-r1vim\n6\n9.0-r1", "1-r1\nvim\n6\n9.0-r1"]) {
    const answer = answers.decide(question({ htop: forged }), offer, way);
    expect(answer.packages).toEqual(["htop"]);
  }
});

test.each(["upgradePackages", "newRelease", "notice"])("an answer doesn't serve another %s", (what) => {
  const answers = new RememberedAnswers();
  const way = compared();
  const asked = question({ vim: "9.0-r1" });
  for (const _ of [1, 2]) answers.decide(asked, offer, way);
  const other = {
    upgradePackages: { question: { ...asked, upgradePackages: false }, offer: { ...offer, newRelease: false } },
    newRelease: { question: asked, offer: { ...offer, newRelease: false } },
    notice: { question: asked, offer: { ...offer, notice: "There is a reason." } },
  }[what];
  if (!other) throw new Error(what);
  expect(answers.decide(other.question, other.offer, way)).toEqual(
    new RememberedAnswers().decide(other.question, other.offer, way),
  );
});
