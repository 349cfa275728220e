/** Whether this process may give files to somebody else. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
