import { join } from "node:path";
import { type Config, followsBranches } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { installerOf, shared } from "../compose/shared.ts";
import { OutboxFile } from "../notices/outbox-file.ts";
import { isNotAllowed } from "../preflight/file-system.ts";
import { createSource } from "../sources/index.ts";
import { peekSettings } from "../store/settings.ts";
import { beforePawl, readStatus } from "../store/view.ts";
import { chosen } from "../update/chosen.ts";
import { VERSION } from "../version.ts";
import { lookAtChannel } from "./channel-file.ts";
import { assessKeys } from "./config-file.ts";
import type { Checks } from "./device-checks.ts";
import { lookAtNextUpdate } from "./disk.ts";
import { lookAtDistribution } from "./distribution.ts";
import { lookAtGit } from "./git.ts";
import { lookAtHealth } from "./health.ts";
import { assessLastCheck, assessLastUpdate } from "./last-update.ts";
import { assessNotices } from "./notices.ts";
import { lookAtPython } from "./python.ts";
import { lookAtRecords, recordsOf } from "./records.ts";
import { lookAtSecrets, secretsOfSource } from "./secrets.ts";
import { lookAtStarts } from "./service-start.ts";
import { type Circumstances, lookAtServices } from "./services.ts";
import { askSource, assessChannel, assessSource, forStrangers, type SourceAnswer } from "./source.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Check } from "./types.ts";
import { assessWork, isRootAtWork, workIn } from "./unfinished.ts";

/** No folder can be made there: what the source answers is kept nowhere. */
const NOWHERE = "/dev/null";

/** What is worth a look in an app. */
export function checksOfApp(config: Config, name: string, around: Surroundings): Checks {
  const { run, clock, facts, self } = around;
  const parts = shared(config, name, { run, clock });
  const { paths, config: app } = parts;
  const installer = installerOf(parts);
  const python = { cachePath: null, run };
  const versioning = versionings[app.versioning];
  const apiUser = around.apiUser(config.state_dir);
  const isStranger = apiUser !== null && self.uid !== 0 && self.uid !== apiUser.uid;
  const check = (id: string, look: Check["look"]): Check => ({ id, app: name, look });

  const circumstances = async (): Promise<Circumstances> => {
    const isInstalled = ((await installer.current()) ?? (await beforePawl(app, python))) !== null;
    const excuse = (await isRootAtWork(paths)) ? "an update is under way" : null;
    return {
      app: name,
      excuse: excuse ?? (isInstalled ? null : "nothing is installed yet"),
      isUnsure: apiUser !== null && self.uid !== 0,
    };
  };
  const health = async (signal: AbortSignal) => {
    const version = (await installer.current())?.version ?? null;
    return lookAtHealth({ health: app.health, version, ...(await circumstances()), clock, run }, signal);
  };
  const nextUpdate = () =>
    lookAtNextUpdate({ installer, downloads: paths.api.downloads, facts }).catch((error) => {
      // Some folders of root's are for root to look into.
      if (isNotAllowed(error)) return [];
      throw error;
    });

  const source = createSource(app.source, { cacheDir: NOWHERE, userAgent: `pawl/${VERSION}`, run });
  let asked: Promise<SourceAnswer> | null = null;
  const channel = async () => chosen(app, await peekSettings(paths.api.settings, app.channel_file)).channel;
  const answer = (signal: AbortSignal) => {
    asked ??= channel().then((name) => askSource(source, name, signal));
    return asked;
  };
  const status = () => readStatus({ paths, python, config: app, installer, versioning, now: clock.now() });
  const channelFile = app.channel_file && { path: app.channel_file, channel: app.channel, app: name };
  const reader = apiUser ?? self;
  const git = "git" in app.source ? app.source.git : null;
  const pip = "pip" in app.install ? app.install.pip : null;
  const isRoots = self.uid === 0 || (around.way.isSystemConfig && apiUser !== null);
  const venvs = pip?.mode === "venv" ? pip.home : undefined;
  const outbox = new OutboxFile({ path: paths.api.notices, lockDir: paths.api.noticesLock, clock });

  return {
    asRoot: [
      check("keys", async () => assessKeys(app, followsBranches(app.source))),
      check("secrets", () => lookAtSecrets(secretsOfSource(app.source), reader)),
      ...(git ? [check("git", (signal) => lookAtGit(git, reader, run, signal))] : []),
      ...(pip
        ? [
            check("python", (signal) => lookAtPython({ config: pip, run, self, isRoots }, signal)),
            check("distribution", () => lookAtDistribution(pip, join(paths.apply.dir, "python.json"), name)),
          ]
        : []),
      ...(venvs !== undefined && around.way.hasSystemd
        ? [check("start", (signal) => lookAtStarts(app.services, venvs, run, signal))]
        : []),
      check("services", async (signal) => lookAtServices(app.services, await circumstances(), run, signal)),
      check("health", health),
      check("space", nextUpdate),
      check("records", () => lookAtRecords(recordsOf(paths))),
      ...(channelFile ? [check("channel-file", () => lookAtChannel(channelFile, reader))] : []),
    ],
    asApi: [
      check("source", async (signal) => {
        const found = assessSource(await answer(signal), source.address, app.source);
        return [isStranger ? forStrangers(found, await answer(signal)) : found];
      }),
      check("channel", async (signal) =>
        assessChannel(await answer(signal), {
          app: name,
          channel: await channel(),
          versioning,
          isBranch: source.branches !== null,
        }),
      ),
      check("unfinished", async () => [assessWork(await workIn(paths))]),
      check("last-check", async () => assessLastCheck(name, await status(), clock.now())),
      check("last-update", async () => assessLastUpdate(name, await status(), clock.now())),
      ...(app.notify.length > 0 ? [check("notices", async () => [assessNotices(await outbox.load())])] : []),
    ],
  };
}
