/** What a row says about when and why. */
interface Fact {
  since: string;
  reason: string | null;
}

/** Every change's reason, for an owner who doesn't know the words of distributions. */
export function renameReason(from: readonly string[], to: string, fact: Fact): string {
  return because(`${to} takes the place of ${list(from)} ${fact.since}.`, fact);
}

export function mergeReason(from: readonly string[], to: string, fact: Fact, isInstalled: boolean): string {
  const also = isInstalled ? `${to}, which is installed already,` : to;
  return because(`${also} takes the place of ${list(from)} ${fact.since}.`, fact);
}

export function splitReason(from: readonly string[], to: string, fact: Fact, others: readonly string[]): string {
  const more = others.length === 0 ? "" : ` One can have ${list(others, "or")} instead.`;
  return because(`There is more than one successor of ${list(from)} ${fact.since}; ${to} fits best.${more}`, fact);
}

export function dropReason(from: readonly string[], fact: Fact): string {
  return because(`${list(from)} ${are(from)} no longer needed ${fact.since}.`, fact);
}

export function uselessReason(name: string, offered: string, reason: string | null): string {
  return because(`${name} is no longer needed in ${offered}.`, { reason });
}

export function missingReason(from: readonly string[], offered: string): string {
  return `${list(from)} ${are(from)} not in ${offered}, and nothing is known to take the place.`;
}

export function missingSuccessorReason(from: readonly string[], successor: string, offered: string): string {
  return `${list(from)} ${are(from)} not in ${offered}, and neither is ${successor}, which should take the place.`;
}

export function defaultReason(name: string, offered: string): string {
  return `${name} comes with every image of ${offered} for this device, and isn't installed.`;
}

export function additionReason(name: string, version: string, reason: string | null): string {
  return because(`${name} is needed since ${version}.`, { reason });
}

function because(fact: string, { reason }: { reason: string | null }): string {
  return reason === null ? fact : `${fact} ${reason}`;
}

function are(names: readonly string[]): string {
  return names.length === 1 ? "is" : "are";
}

/** `a`, `a and b`, `a, b and c` */
function list(names: readonly string[], word = "and"): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} ${word} ${last}`;
}
