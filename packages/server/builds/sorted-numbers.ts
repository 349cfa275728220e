/** Where it is, or would be, in numbers that rise. */
export function indexIn(numbers: readonly number[], number: number): number {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] ?? 0) < number) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Each is in it once. */
export function addNumber(numbers: number[], number: number): void {
  const at = indexIn(numbers, number);
  if (numbers[at] !== number) numbers.splice(at, 0, number);
}

export function removeNumber(numbers: number[], number: number): void {
  const at = indexIn(numbers, number);
  if (numbers[at] === number) numbers.splice(at, 1);
}
