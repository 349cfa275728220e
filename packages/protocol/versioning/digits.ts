/** Which of two whole numbers, written in decimal digits of any length, is greater. None written counts as 0. */
export function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return left.length - right.length || compareText(left, right);
}

/** Which of two texts comes first by the codes of their characters; a text comes before a longer one that begins with it. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
