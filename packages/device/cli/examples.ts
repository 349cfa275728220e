/** How each command is typed, shown below its help. Each line is what follows `pawl `, and what it does. */
export const EXAMPLES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  status: [
    ["status", "the first app of pawl.yaml"],
    ["status --app kitchen --json", "another one, for programs"],
  ],
  check: [
    ["check", "ask, unless somebody has in the last ten minutes"],
    ["check --force", "ask in any case"],
    ["check --due --spread", "what a cron line calls, every ten minutes"],
  ],
  install: [
    ["install", "the newest release"],
    ["install 1.4.0", "this one, also when it is older or was refused"],
  ],
  rollback: [
    ["rollback", "the release before"],
    ["rollback 1.3.2", "one that is kept"],
  ],
  cancel: [["cancel", "nothing is changed"]],
  log: [
    ["log", "of the update that runs or ran last"],
    ["log --lines 20", "only its end"],
  ],
  history: [["history --limit 5", "the last five updates"]],
  changelog: [
    ["changelog", "what an update would bring"],
    ["changelog --channel prerelease --max 3", "what is being tried"],
  ],
  auto: [
    ["auto", "show it"],
    ["auto on --time 03:30", "check every day at half past three"],
    ["auto on --install --window 02:00-05:00", "install by itself, at night only"],
  ],
  skip: [
    ["skip 1.4.0", "don't offer it"],
    ["skip --undo", "offer it again"],
  ],
  channel: [
    ["channel", "list them"],
    ["channel prerelease", "follow it from now on; of an app that follows branches, a branch"],
    ["channel --reset", "what pawl.yaml says"],
  ],
  seen: [["seen", "a failed update isn't shown any longer"]],
  "config check": [
    ["config check", "the device's own"],
    ["config check pawl.yaml", "one that isn't in place yet"],
  ],
  setup: [
    ["setup --dry-run", "see it all first; without it as root, after each change of pawl.yaml, too"],
    ["setup helper", "only what reaches root's side"],
    ["setup --remove", "take it back, but nothing of yours"],
  ],
  doctor: [
    ["doctor", "look at everything; as root it sees most"],
    ["doctor --app kitchen --json", "one app, for programs"],
  ],
  "token create": [["token create dashboard", "prints it once"]],
  "token list": [["token list", "names and days, not the tokens"]],
  "token revoke": [["token revoke dashboard", "it is worthless at once"]],
  "key generate": [["key generate --out release.key", "once; keep the file secret"]],
  "key public": [["key public release.key", "what devices need"]],
  "release pack": [
    ["release pack build --version 1.4.0 --key release.key", "everything in build/"],
    ["release pack build --version 1.5.0-rc.1 --channel prerelease --notes-file NEWS", "to be tried first"],
  ],
  "release verify": [["release verify releases/1.4.0 --key ed25519:…", "as a device would"]],
  "release index": [["release index releases --name kitchen", "after each pack"]],
  device: [["device --config ./pawl.yaml", "serve the API until Ctrl-C"]],
  apply: [["apply install kitchen 0mb2k3x9a-7f3k2q", "what Pawl starts itself"]],
  recover: [["recover", "at boot, before the app's services"]],
  resume: [["resume", "at boot, after the app's services"]],
};
