import { UpstreamError, type UpstreamErrorCode } from "../error.ts";

/** The code with which something is refused; null when it isn't. Anything but an UpstreamError is thrown on. */
export async function troubleOf(read: () => unknown): Promise<UpstreamErrorCode | null> {
  try {
    await read();
    return null;
  } catch (error) {
    if (error instanceof UpstreamError) return error.code;
    throw error;
  }
}
