/** What values look like, without the schemas: for those who only look, and have to be quick. */

/** A release's version. */
export const VERSION: RegExp = /^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,127}$/;

/** A git commit's id: SHA-1, or SHA-256. */
export const COMMIT: RegExp = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** A channel's name must be this and must not be `NO_CHANNEL`. */
export const CHANNEL: RegExp = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,79}$/;
export const NO_CHANNEL: RegExp = /\.\.|\/\/|\/$|\.lock$/;

/** `HH:MM`. */
export const TIME_OF_DAY: RegExp = /^([01]\d|2[0-3]):[0-5]\d$/;

/** `HH:MM-HH:MM`. */
export const WINDOW: RegExp = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;

/** What names an update. */
export const UPDATE_ID: RegExp = /^[0-9a-z]{8,12}-[0-9a-z]{6}$/;
