/** Debian's own account for those who may do nothing. */
export const NOBODY: { uid: number; gid: number } = { uid: 65_534, gid: 65_534 };
