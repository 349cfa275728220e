/**
 * An address as it may be shown, stored and sent on: without the user name and password that are meant for its host alone.
 * Otherwise as it was written.
 */
export function withoutUser(address: string): string {
  // What a URL takes for the user: up to the last @ before the first slash, of either kind.
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/\\?#]*@/i, "$1");
}
