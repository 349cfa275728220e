import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packRelease, readKeyFile, writeIndex } from "@pawl/device/publish";
import { BootedMachine } from "@pawl/testkit";
import { DEVICE_FILE } from "../nodes.ts";
import { type Behaviour, kitchenUnit, releaseContent, STARTS } from "./kitchen.ts";
import { COPIED, dropIns, OwnersMachine, SOCKET } from "./owners-machine.ts";

export type Layout = "symlink" | "copy";

export interface DeviceOptions {
  layout?: Layout;
  /** Further lines of pawl.yaml, of the device and, indented by four spaces, of the app. */
  extra?: string;
  appExtra?: string;
  /** How long a release is watched, as in pawl.yaml. */
  steady?: string;
}

/** What the appliance found in place at one of its starts. */
export interface Start {
  boot: string;
  /** Seconds since the host's boot. */
  at: number;
  /** The versions its files are of: one, unless something is very wrong. */
  versions: string[];
}

const HOME = "/opt/kitchen";
const RELEASES = "/srv/releases";
const KEY = "/srv/release.key";

/** The appliance on a machine of its own, as an owner would have it after `pawl setup`. Its releases come from a folder. */
export class Device extends OwnersMachine {
  private constructor(machine: BootedMachine) {
    super(machine, "kitchen");
  }

  /** Boots it with the one file copied and pawl.yaml written; nothing is set up. */
  static async create(options: DeviceOptions = {}): Promise<Device> {
    const { layout = "symlink" } = options;
    const machine = await BootedMachine.boot({
      files: {
        ...dropIns(),
        "/etc/systemd/system/kitchen.service": kitchenUnit(layout === "symlink" ? `${HOME}/current` : HOME),
      },
    });
    const device = new Device(machine);
    try {
      await machine.copyIn(DEVICE_FILE, COPIED, 0o755);
      const made = await device.pawl("key", "generate", "--out", KEY, "--json");
      await machine.write("/etc/pawl/pawl.yaml", pawlYaml(JSON.parse(made).public_key, options));
      await machine.succeed(["systemctl", "enable", "kitchen.service"]);
      await device.publish("1.0.0");
    } catch (error) {
      await machine.shutdown();
      throw error;
    }
    return device;
  }

  /** The same, set up and with its first release installed and running. */
  static async ready(options: DeviceOptions = {}): Promise<Device> {
    const device = await Device.create(options);
    try {
      await device.pawl("setup");
      await device.pawl("install");
    } catch (error) {
      await device.machine.shutdown();
      throw error;
    }
    return device;
  }

  /**
   * Makes a release and puts it where the device looks for releases: from outside, as its publisher is somebody else, and each
   * command in the machine would take longer than all of this.
   */
  async publish(version: string, behaviour?: Behaviour): Promise<void> {
    const content = this.machine.hostPath(`/srv/content/${version}`);
    for (const [path, text] of Object.entries(releaseContent(version, behaviour))) {
      await mkdir(dirname(join(content, path)), { recursive: true });
      await writeFile(join(content, path), text);
    }
    const releases = this.machine.hostPath(RELEASES);
    const about = { name: "kitchen", version, channel: "stable", config: ["settings.json"], replace: true };
    await packRelease({ ...about, dir: content, outDir: releases }, await readKeyFile(this.machine.hostPath(KEY)));
    await writeIndex(releases, { name: "kitchen" });
  }

  /** What the appliance found at each of its starts. */
  async starts(): Promise<Start[]> {
    const lines = (await this.machine.read(STARTS)).trim().split("\n");
    return lines.map((line) => {
      const [boot = "", at = "", ...versions] = line.split(" ");
      return { boot, at: Number(at), versions };
    });
  }
}

function pawlYaml(
  publicKey: string,
  { layout = "symlink", extra = "", appExtra = "", steady = "500ms" }: DeviceOptions,
): string {
  return `listen: unix:${SOCKET}
state_dir: /var/lib/pawl
${extra}apps:
  kitchen:
    title: Kitchen dashboard
    source: { directory: { path: ${RELEASES} } }
    public_keys: ["${publicKey}"]
    install:
      bundle:
        layout: ${layout}
        home: ${HOME}
        keep: ["data/**"]
        config: ["settings.json"]
    services: [kitchen]
    health: [{ http: "http://127.0.0.1:8080/version", version_at: version, within: 20s, steady: ${steady} }]
    version_file: /etc/kitchen/version
${appExtra}`;
}
