/**
 * The pawl.yaml of a device that has none: every key with what it is for. Comments begin with "# "; a line that is a setting
 * begins with "#" and is one as soon as that is taken away. Nothing of it names a source yet, so nothing runs.
 */
export const SAMPLE = `# /etc/pawl/pawl.yaml: what Pawl keeps up to date on this device.
#
# 1. Take away the # in front of "apps:" and of the lines below it that you need, and fill in yours.
# 2. pawl config check    says what is wrong, by line, and what to write instead
# 3. sudo pawl setup      brings this device in line with this file; again after each change
#
# A line that begins with "# " is a comment, one that begins with "#" and no space, or more than one, is a setting that is
# switched off. Lengths of time are written 500ms, 10s, 45m, 2h or 1d, times of day 04:20. An unknown key is an error.
# Everybody on this device can read this file: passwords and tokens belong into files of their own (token_file, secret_file).

# Where the API listens: an IP address with a port, or unix:/run/pawl/api.sock for the members of the group pawl. With 0.0.0.0
# others can reach it; then Pawl wants a token (pawl token create <name>) or auth.jwt below.
listen: 127.0.0.1:7320

# How long nobody has to want anything for the API's process to end. systemd starts it again with the next request.
#idle_exit: 90s

# Downloads, history, logs, and how each update stands. Belongs to root and to the user pawl.
state_dir: /var/lib/pawl

# Programs of yours, root's alone, that a release may ask for by name; one named preflight is asked before each update.
#hooks_dir: /etc/pawl/hooks

# Who may call the API besides those with a token.
#auth:
# Signed tokens (JWT) of a dashboard or a sign-in host. One of:
# - jwt: { secret_file: /etc/pawl/jwt.key }             HS256; the file is for root and the group pawl to read, mode 0640
# - jwt: { public_key_file: /etc/pawl/jwt.pem }
# - jwt: { jwks_url: https://id.example.org/keys.json, audience: kitchen }
# each with issuer and audience, where the token has to name them.
# Pages of other origins that may call, such as https://dashboard.local:
#  cors: []
# Whether the status is for everybody:
#  public_status: false
# Whether ?token= in an address counts, for pages that can't do better. It ends up in logs:
#  token_in_query: false

# One entry for each app. Its name is yours: small letters, digits, dashes.
#apps:
#  dashboard:
# How people know it.
#    title: Kitchen dashboard

# Where its releases come from. Any web server that holds what "pawl release index" made; or one of
# - source: { github: { repo: me/dashboard } }            with url: https://host/api/v3 for an Enterprise Server
# - source: { gitea: { url: https://git.example.org, repo: me/dashboard } }
# - source: { directory: { path: /media/usb/releases } }
# and token_file: /etc/pawl/host-token beside repo or url where the host wants one. An app that follows a branch:
# - source: { git: { url: "https://git.example.org/me/kettle.git" } }   ssh: with key_file and known_hosts_file, if not the usual
# - source: { github: { repo: me/kettle, follow: branches } }            by GitHub's API, where there is no git on the device
#    source: { http: { url: https://releases.example.org/dashboard/index.json } }

# stable, prerelease, or a name that the source has; of one that is followed by its branches the name of a branch: main.
#    channel: stable
# Where an earlier updater of the app keeps its channel: what stands there counts, and is kept right.
# - channel_file: /var/lib/kettle/.update_channel

# The publisher's key, as "pawl key public" prints it. With a key, what isn't signed by it is refused; without one, whoever
# takes over the host, or the user pawl, can install anything.
#    public_keys: ["ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]

# How versions compare: semver, pep440, deb, opkg or apk.
#    versioning: semver

#    install:
#      bundle:
# symlink: each release a folder, the switch one step. copy: file by file in place, where links won't do. Without this line
# Pawl takes symlink where it can.
#        layout: symlink
# Holds the releases, and the app's own files in shared/.
#        home: /opt/dashboard
# Where what is in a release is to be found on this device.
#        map: { "web/": /var/www/dashboard, "api.py": /usr/local/bin/dashboard-api.py }
# What the app or you write: never replaced.
#        keep: ["web/data/**"]
# Shipped, and yours to edit: what you have edited stays, and the new one is laid beside it as *.pawl-new.
#        config: ["web/settings.json"]
# How many earlier releases stay, to go back to; and, in the copy layout, where (else below state_dir).
#        backups: 1
#        backup_dir: /var/backups/dashboard
# Whether a release may run commands of its own, as root.
#        allow_commands: false
# A Python project that pip installs, from a source whose branches are followed, has in the place of bundle: pip: with
# - distribution: kettle             its name, as its pyproject.toml has it; and extras: [hardware] where it has some
# - mode: venv                       each release an environment of its own; or in-place: into that of python
# - home: /opt/kettle                venv: where they are; what runs is /opt/kettle/current/bin/kettle
# - python: /usr/bin/python3
# - user_home: /home/kettle          in-place: whose own packages count, where the app runs as that user
# - imports: [kettle]                what has to be importable before it is switched to; by default all it consists of
# - index_url: https://…             where its dependencies come from; also extra_index_urls: [https://…], no_index: true
# - proxy: http://proxy.lan:3128      through which these are reached
# - find_links: [/srv/wheels]        wheels that were built ahead
# - constraints: /etc/pawl/kettle.txt
# - lock: requirements.lock          a file of the release's, with hashes: nothing that isn't in it is installed
# - build_isolation: true            false: what a build needs is installed beside python
# - system_site_packages: false      true: a release sees what is installed beside python
# and backups and backup_dir as above.

# What is restarted. A unit of systemd's; { unit: name, optional: true } where it may be missing; { reload: nginx };
# { service: name } with another init; { command: { start: [...], stop: [...], status: [...] } } for anything else.
#    services: [dashboard-api]

# How one knows that a release works: within so long it has to, and then for so long it must go on to. version_at names where
# in the answer the version stands. Also { tcp: host:port }, { command: [...] } and { systemd: unit }.
#    health: [{ http: "http://127.0.0.1:8080/version", version_at: version, within: 60s, steady: 10s }]

# Where the version in place is written for others to read.
#    version_file: /etc/dashboard/version

# The daily check: when, and by how much each device shifts it so that not all ask at once. With install, what is found is
# installed: at once or, with a window, as soon as that opens. "pawl auto" changes all of it, and counts more than this.
#    auto: { check: true, time: "04:20", jitter: 45m, install: true, window: "02:00-05:00" }
# The window may stand here instead:
# - window: "02:00-05:00"

# Who is told: available, updated, failed, rolled_back. A program gets one line of JSON on stdin, a web hook as its body. The
# program runs as the user pawl, which can write nowhere but in its own folders.
#    notify: [{ on: [available, failed, rolled_back], command: [/usr/local/bin/tell-me] }]
# or { on: [failed], webhook: "https://ntfy.example.org/kitchen" }
`;
