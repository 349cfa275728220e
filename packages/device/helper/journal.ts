/** The command that shows what a unit of root's side said. */
export function journalOf(unit: string): string {
  return `journalctl -u '${unit}'`;
}

/** The same, found in what went wrong; null when it names none. */
export function journalIn(detail: string): string | null {
  return /journalctl -u 'pawl-apply@[a-z0-9:-]+\.service'/.exec(detail)?.[0] ?? null;
}
