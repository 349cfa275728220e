import { SetChannelAnswer, SetChannelBody } from "@pawl/protocol";
import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { parseBody, readBody } from "../body.ts";
import { type Route, success } from "../route.ts";

/** `POST set_channel`: follows another channel from now on. */
export const setChannelRoute: Route = {
  method: "POST",
  path: "set_channel",
  effect: "change",
  summary: "Follow another channel",
  body: SetChannelBody,
  answer: SetChannelAnswer,
  codes: ["busy", "not_found", "offline", "host_error", "rate_limited"],
  handle: async (c, app) => {
    const body = await readBody(c, z.looseObject({}));
    // Earlier dashboards look for these very words, and for those of the answer.
    if (isNone(body.channel)) throw new UpdateError("bad_request", "'channel' field is required");
    const { channel, force } = parseBody(SetChannelBody, body);
    await app.choices.setChannel({ channel, force });
    return success(c, { channel, message: `Channel switched to '${channel}'. Run /api/update/check to verify.` });
  },
};

function isNone(channel: unknown): boolean {
  return channel === undefined || channel === null || (typeof channel === "string" && channel.trim() === "");
}
