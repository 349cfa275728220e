import type { LocalDoor } from "./door.ts";
import { EXIT } from "./exit-code.ts";
import { followUpdate } from "./follow-update.ts";
import type { Io } from "./io.ts";
import { night } from "./night.ts";
import { statusWords } from "./status-words.ts";
import { sayHow } from "./watch-update.ts";
import { type Common, printAnswer } from "./with-door.ts";

/** One app's night, now, whatever the time. Returns the exit code. Throws UpdateError when the check didn't work. */
export async function checkUnattended(door: LocalDoor, io: Io, options: Common): Promise<number> {
  const { app, json = false } = options;
  const done = await night(door, (updateId) => followUpdate(door, updateId, io, json));
  switch (done.did) {
    case "nothing":
      return EXIT.ok;
    case "update":
      return sayHow(door, done.followed, io, options);
    case "check": {
      const { status } = done;
      if (json) printAnswer(io, status);
      else io.stdout(statusWords({ title: door.title, status, now: new Date(), style: io.style.stdout, app }));
      return EXIT.ok;
    }
  }
}
