import { createHash } from "node:crypto";
import type { SmallPackage } from "./small-feed.ts";

export interface RandomFeed {
  packages: readonly SmallPackage[];
  /** Names to install. */
  asked: readonly string[];
  /** Those packages and all they need. */
  needed: readonly SmallPackage[];
}

const COUNT = 40;

/** A feed that follows from a seed: random names, versions, contents, and dependencies in any direction, circles too. */
export function randomFeed(seed: string): RandomFeed {
  const random = dice(seed);
  const names = [...new Set(Array.from({ length: COUNT }, () => randomName(random)))];
  const packages = names.map((name) => {
    const depends = new Set(Array.from({ length: random(4) }, () => names[random(names.length)] ?? name));
    depends.delete(name);
    return {
      name,
      version: `${random(20)}.${random(20)}-r${1 + random(9)}`,
      depends: [...depends],
      files: { [`usr/lib/${name}/${random(1000)}`]: `${seed} ${name} ${random(1e6)}\n`.repeat(1 + random(50)) },
    };
  });
  const asked = names.filter(() => random(8) === 0).concat(names.slice(0, 1));
  const byName = new Map(packages.map((each) => [each.name, each]));
  const needed = new Set<(typeof packages)[number]>();
  const queue = [...asked];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const found = byName.get(name);
    if (!found || needed.has(found)) continue;
    needed.add(found);
    queue.push(...found.depends);
  }
  return { packages, asked: [...new Set(asked)], needed: [...needed] };
}

function randomName(random: (below: number) => number): string {
  const letters = Array.from({ length: 3 + random(8) }, () => "abcdefghijklmnopqrstuvwxyz"[random(26)]).join("");
  return random(4) === 0 ? `${letters}-${random(10)}${letters.slice(0, 2)}` : letters;
}

/** Numbers below a limit, the same for the same seed. */
function dice(seed: string): (below: number) => number {
  let thrown = 0;
  return (below) => createHash("sha256").update(`${seed} ${thrown++}`).digest().readUInt32LE() % below;
}
