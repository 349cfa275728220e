import type { Offer } from "../sources/types.ts";

/** They come first, in this order (contract device-api.md §1, `channels`). */
const FIRST = ["main", "dev", "develop"];

/** What every source of releases has, with releases in them or without. */
const ALWAYS = ["stable", "prerelease"];

/** What is named as long as no source was ever asked. */
export const UNASKED = ["stable"];

/** The channels that offers are in, in the order they are shown. */
export function channelNames(offers: readonly Pick<Offer, "channel">[]): string[] {
  return inOrder([...ALWAYS, ...offers.map(({ channel }) => channel)]);
}

/** Each once, the well-known ones first, the rest as they come. */
export function inOrder(names: readonly string[]): string[] {
  const all = [...new Set(names)];
  return [...FIRST.filter((name) => all.includes(name)), ...all.filter((name) => !FIRST.includes(name))];
}
