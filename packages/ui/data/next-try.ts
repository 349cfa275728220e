/** When a source is asked again at the earliest: when it lets itself be asked, else, or when that is over, with the daily check. */
export function nextTry(retryAt: string | null, nextRun: string | null, now: number): string | null {
  return retryAt !== null && Date.parse(retryAt) > now ? retryAt : nextRun;
}
