import * as z from "zod";

/** A program and its arguments. Never a shell line. */
export const Argv = z.array(z.string().min(1)).min(1, "must name a program");

export const AbsolutePath = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");

export const WebAddress = z.url({ protocol: /^https?$/, message: "must be an http or https address" });

/** A file whose first line is a token for the host. It is sent to that host and to no other. */
export const TokenFile = AbsolutePath.optional();

/** `owner/name` on a forge. */
export const Repo = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}$/,
    "must be a repository such as owner/name",
  );
