import { createHash } from "node:crypto";
import { imageText } from "./marked-imagebuilder.ts";

/** An image that clients want. Two of the same number are the same. */
export interface Wish {
  number: number;
  packages: readonly string[];
  /** The first-boot script; null in those without one. */
  defaults: string | null;
}

/** All of them are in the feeds of the release that is asked for, and none brings another into the image that is made here. */
const PACKAGES = ["bash", "curl", "git", "htop", "nano", "nmap", "rsync", "screen", "socat", "tmux"] as const;

/** How many there are that have nothing but packages. */
export const MOST_WISHES = 2 ** PACKAGES.length - 1;

/**
 * @param number from 1 on
 * @param kind in the first-boot script of every third: what one kind of client asks for isn't what another one does
 */
export function wishOf(number: number, kind: string): Wish {
  const packages = PACKAGES.filter((_, bit) => (number & (2 ** bit)) !== 0);
  return { number, packages, defaults: number % 3 === 0 || kind !== "" ? `# wish ${number} ${kind}` : null };
}

/** What its image has to say. */
export function textOf({ packages, defaults }: Wish): string {
  return imageText(packages, defaults);
}

/** What its builds call themselves in their marks. */
export function identityOf(wish: Wish): string {
  return createHash("sha256").update(textOf(wish)).digest("hex");
}
