import { InvalidArgumentError } from "commander";

/** An option's value as a whole number above zero. Throws commander's own error, which names the option. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number === 0 || !Number.isSafeInteger(number))
    throw new InvalidArgumentError("It must be a whole number, such as 20.");
  return number;
}
