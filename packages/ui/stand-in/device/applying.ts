import { type ApplyEvent, applyTransition } from "@pawl/device/update/apply-transition";
import { applyPhase } from "@pawl/device/update/phase";
import type { Move, Phase } from "@pawl/protocol";
import type { Script } from "../run.ts";
import type { App, InPlace } from "./app.ts";
import { inShares } from "./in-shares.ts";
import type { UnderWay } from "./update.ts";

/** How long a service that restarts takes the API with it, in milliseconds. */
const AWAY_MS = 5_000;

/** The steps in which the device changes, and the way back when one of them fails. */
export function* applying(underWay: UnderWay, place: InPlace): Script {
  const { app, outage, reporter, update } = underWay;
  const applied = (event: ApplyEvent) => (app.apply = applyTransition(app.apply, event));
  const enter = (phase: Phase) => reporter.enter("installing", phase);
  const shares = (count: number, ms: number) => inShares(reporter, count, ms);
  const failing = (phase: Phase, step: Script) => carryOut(underWay, place, phase, step);
  const { engine } = app.fetch;
  const release = engine.status === "applying" ? engine.release : null;
  const move = moveOf(app, place);
  applied({ type: "ordered", order: { update, release }, move: release ? null : move });
  if (release) {
    enter("staging");
    reporter.line(`Unpacking ${update.to} (312 files)`);
    for (let n = 1; n <= app.chatter; n++) reporter.line(`Unpacking static/pictures/${n}.webp`);
    if (yield* failing("staging", shares(8, 250))) return;
    applied({ type: "staged", move });
  }
  enter("backing_up");
  reporter.line(app.installed ? "Setting your own files and settings aside" : "There is no earlier release to keep");
  if (yield* failing("backing_up", shares(4, 250))) return;
  applied({ type: "backed-up" });
  enter("activating");
  reporter.line(update.from === null ? `Switching to ${update.to}` : `Switching from ${update.from} to ${update.to}`);
  if (yield* failing("activating", shares(2, 250))) return;
  applied({ type: "switched" });
  enter("restarting");
  reporter.line("Restarting service in 2 seconds…");
  yield 2_000;
  outage.begin();
  if (yield* failing("restarting", shares(2, AWAY_MS / 2))) return;
  outage.end();
  reporter.line(`Restarting ${app.name}.service`);
  applied({ type: "restarted" });
  enter("health_check");
  reporter.line("Waiting: http://127.0.0.1/ refuses the connection");
  if (yield* failing("health_check", shares(6, 700))) return;
  reporter.line("http://127.0.0.1/ works; watching it for 5 s");
  yield 2_000;
  put(app, place, update.kind === "rollback");
  applied({ type: "committed", at: app.clock.now().toISOString() });
}

/** A step, and what follows when it is the one that fails. True: the update is over. */
function* carryOut(
  { app, outage, reporter, update }: UnderWay,
  place: InPlace,
  phase: Phase,
  step: Script,
): Generator<number, boolean, void> {
  const at = () => app.clock.now().toISOString();
  const applied = (event: ApplyEvent) => (app.apply = applyTransition(app.apply, event));
  yield* step;
  if (app.fate?.phase !== phase) return false;
  const { failure } = app.fate;
  outage.end();
  if (failure.code === "power_lost") {
    reporter.line("Going on after an interruption", "warn");
    applied({ type: "interrupted", at: at() });
  } else {
    reporter.line(failure.message, "error");
    applied({ type: "failed", at: at(), failure });
  }
  const { engine } = app.apply;
  if (engine.status === "idle") return true;
  reporter.enter("installing", applyPhase(engine));
  if (engine.status === "making-do") {
    put(app, place, false);
    yield 1_000;
    applied({ type: "made-do", at: at() });
    return true;
  }
  reporter.line(`Going back to ${update.from ?? "what was there before"}`, "warn");
  yield* inShares(reporter, 6, 500);
  applied({ type: "gone-back", at: at(), trouble: null });
  return true;
}

function moveOf({ installed, kept }: App, { version, manifest_sha256 }: InPlace): Move {
  const isKept = kept.some((one) => one.version === version);
  return { previous: installed?.version ?? null, next: version, manifest_sha256, kept: isKept };
}

/** What was installed is what one can go back to; whoever goes back keeps nothing newer. */
function put(app: App, { version, manifest_sha256, commit }: InPlace, isBack: boolean): void {
  const others = app.kept.filter((one) => one.version !== version);
  app.kept = isBack || !app.installed ? others : [app.installed, ...others].slice(0, 3);
  app.installed = { version, manifest_sha256, commit };
}
