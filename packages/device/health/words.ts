/** A length of time in milliseconds, for a sentence: `4 s`, `0.5 s`, `2 min`. */
export function seconds(ms: number): string {
  if (ms >= 120_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms < 1000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 1000)} s`;
}

/** Why a connection failed, to go on from an address: "refused the connection". */
export function connectionTrouble(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  switch (code) {
    case "ECONNREFUSED":
      return "refused the connection";
    case "ECONNRESET":
    case "EPIPE":
      return "closed the connection before it answered";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "can't be found: the device doesn't know that name";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
      return "can't be reached";
    default:
      return `can't be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
