import { beforeAll, describe, expect, test } from "vitest";
import { ServerError } from "../error.ts";
import { loadAllUpgradeFacts } from "./all-facts.ts";
import type { Change, UpgradeFacts } from "./types.ts";
import { answerTo, factsOf, releaseOf, type Way } from "./upgrade-fixture.ts";

let openwrt: UpgradeFacts;
beforeAll(async () => {
  const all = await loadAllUpgradeFacts([{ name: "openwrt", continuedBy: null, parent: null }]);
  openwrt = all.get("openwrt") ?? factsOf({});
});

/** `rename a → b`; upgrades left out. */
function short(changes: readonly Change[]): string[] {
  return changes
    .filter(({ kind }) => kind !== "upgrade")
    .map(({ kind, from, to }) => [kind, ...from, "→", ...to].join(" "));
}

function failure(work: () => unknown): ServerError {
  try {
    work();
  } catch (error) {
    if (error instanceof ServerError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the lists of OpenWrt", () => {
  const lede = releaseOf([
    "libmicrohttpd-no-ssl",
    "openvpn-openssl",
    "openvpn-mbedtls",
    "openvpn-nossl",
    "mbedtls",
    "vim",
  ]);
  const first: Omit<Way, "installed"> = { from: "15.05.1", to: "17.01.4", next: lede };

  test.each<[string, string[], string[], string[]]>([
    ["a rename", ["polarssl", "vim"], ["mbedtls", "vim"], ["rename polarssl → mbedtls"]],
    ["a drop", ["kmod-ipv6", "vim"], ["vim"], ["drop kmod-ipv6 →"]],
    ["a split by default", ["openvpn"], ["openvpn-openssl"], ["split openvpn → openvpn-openssl"]],
    [
      "a split by what is installed",
      ["openvpn", "mbedtls"],
      ["mbedtls", "openvpn-mbedtls"],
      ["split openvpn → openvpn-mbedtls"],
    ],
    [
      "a split by what was installed under its old name",
      ["openvpn", "polarssl"],
      ["mbedtls", "openvpn-mbedtls"],
      ["rename polarssl → mbedtls", "split openvpn → openvpn-mbedtls"],
    ],
    [
      "a choice that is only possible",
      ["libmicrohttpd"],
      ["libmicrohttpd-no-ssl"],
      ["split libmicrohttpd → libmicrohttpd-no-ssl"],
    ],
    ["two that become one", ["polarssl", "mbedtls"], ["mbedtls"], ["merge polarssl → mbedtls"]],
  ])("know %s", (_, installed, packages, changes) => {
    const answer = answerTo(openwrt, { ...first, installed });
    expect(answer.packages).toEqual(packages);
    expect(short(answer.changes).sort()).toEqual(changes.sort());
  });

  test("don't count for who has crossed their version already", () => {
    const next = releaseOf(["openvpn", "polarssl"]);
    const answer = answerTo(openwrt, { from: "17.01.0", to: "18.06.2", next, installed: ["openvpn", "polarssl"] });
    expect(answer.packages).toEqual(["openvpn", "polarssl"]);
    expect(answer.changes).toEqual([]);
  });

  const both = releaseOf([
    "firewall",
    "firewall4",
    "owut",
    "apk-mbedtls",
    "luci-app-package-manager",
    "wpad-basic-mbedtls",
    "opkg",
  ]);
  test.each<[number, string, string[]]>([
    [18610, "firewall", ["firewall"]],
    [18611, "firewall", ["firewall4"]],
    [20281, "kmod-nft-nat6", []],
    [20282, "kmod-nft-nat6", []],
    [21994, "wpad-basic-wolfssl", ["wpad-basic-mbedtls"]],
    [25984, "luci-app-diag-core", []],
    [26792, "auc", ["owut"]],
    [27897, "luci-app-opkg", ["luci-app-package-manager"]],
    [28055, "opkg", ["opkg"]],
    [28056, "opkg", ["apk-mbedtls"]],
  ])("at revision %i make of %s: %j", (revision, name, packages) => {
    const old = releaseOf([name]);
    const answer = answerTo(openwrt, { from: "24.10.0", to: "25.12.1", revision, old, next: both, installed: [name] });
    expect(answer.packages).toEqual(packages);
  });

  test.each<[string, string[]]>([
    ["firewall", ["firewall"]],
    ["wpad-basic-wolfssl", ["wpad-basic-wolfssl"]],
    ["auc", ["owut"]],
    ["opkg", ["apk-mbedtls"]],
    ["kmod-nft-nat6", []],
  ])("don't exchange what was kept after the change, while it can be had: %s becomes %j", (name, packages) => {
    const next = releaseOf([
      "firewall",
      "firewall4",
      "wpad-basic-wolfssl",
      "wpad-basic-mbedtls",
      "owut",
      "apk-mbedtls",
      "opkg",
      "kmod-nft-nat6",
    ]);
    const revisions = { installedRevision: 27990, revision: 32295 };
    const way = { from: "24.10.4", to: "25.12.1", ...revisions, old: releaseOf([name]), next, installed: [name] };
    expect(answerTo(openwrt, way).packages).toEqual(packages);
  });

  test("say when a change can't be refused", () => {
    const old = releaseOf(["kmod-nft-nat6", "firewall", "auc"]);
    const installed = ["kmod-nft-nat6", "firewall", "auc"];
    const { changes } = answerTo(openwrt, {
      from: "21.02.7",
      to: "25.12.1",
      revision: 32000,
      old,
      next: both,
      installed,
    });
    expect(changes.map(({ from, mandatory }) => [from[0], mandatory])).toEqual([
      ["kmod-nft-nat6", true],
      ["firewall", false],
      ["auc", true],
    ]);
  });

  test("lead translations to the page's new name, and leave English ones out", () => {
    const next = releaseOf(["luci-i18n-package-manager-de"]);
    const old = releaseOf(["luci-i18n-opkg-de", "luci-i18n-base-en"]);
    const installed = ["luci-i18n-opkg-de", "luci-i18n-base-en"];
    const answer = answerTo(openwrt, { from: "23.05.6", to: "24.10.1", old, next, installed });
    expect(answer.packages).toEqual(["luci-i18n-package-manager-de"]);
    expect(short(answer.changes)).toEqual([
      "drop luci-i18n-base-en →",
      "rename luci-i18n-opkg-de → luci-i18n-package-manager-de",
    ]);
  });
});

describe("rows", () => {
  const facts = factsOf({
    versions: {
      "19.07.0": { transformations: { b: "c", x: { y: true, z: ["b"] } } },
      "18.06.0": { transformations: { a: "b" } },
      "21.02.0": {
        transformations: { p: "q", o: "p" },
        additions: [{ name: "new", mandatory: true, reason: "Because." }],
      },
    },
    packages: { changes: [{ source: "c", target: "d", revision: 100 }] },
  });
  const next = releaseOf(["b", "c", "d", "q", "y", "z", "base-files", "new"]);

  test.each<[string, string, number, string[], string[]]>([
    ["17.01.4", "18.06.2", 0, ["a"], ["b"]],
    ["17.01.4", "19.07.0", 0, ["a"], ["c"]],
    ["18.06.0", "19.07.0", 0, ["a", "b"], ["c"]],
    ["17.01.4", "19.07.0", 100, ["a"], ["d"]],
    ["17.01.4", "21.02.0", 0, ["o"], ["new", "q"]],
    ["17.01.4", "19.07.0-rc1", 0, ["a"], ["b"]],
    ["17.01.4", "19.07.0", 0, ["a", "x"], ["c", "z"]],
    ["17.01.4", "19.07.0", 0, ["x"], ["y"]],
  ])("from %s to %s at revision %i make of %j %j", (from, to, revision, installed, packages) => {
    const old = releaseOf(["a", "b", "o", "p", "x"]);
    expect(answerTo(facts, { from, to, revision, old, next, installed }).packages).toEqual(packages);
  });

  test("that led to one name are one change, with all it came from", () => {
    const { changes } = answerTo(facts, { from: "17.01.4", to: "19.07.0", next, installed: ["b", "a"] });
    expect(changes).toEqual([
      {
        kind: "merge",
        from: ["a", "b"],
        to: ["c"],
        mandatory: true,
        since: "since 19.07.0",
        reason: "c takes the place of a and b since 19.07.0.",
      },
    ]);
  });

  test("don't count where the release lacks the successor and still has the package", () => {
    const lacking = releaseOf(["firewall"]);
    const answer = answerTo(openwrt, {
      from: "21.02.7",
      to: "22.03.1",
      revision: 19000,
      old: lacking,
      next: lacking,
      installed: ["firewall"],
    });
    expect(answer.packages).toEqual(["firewall"]);
    expect(answer.changes).toEqual([]);
  });

  test("name the successor that is missing", () => {
    const answer = answerTo(openwrt, {
      from: "21.02.7",
      to: "25.12.1",
      revision: 30000,
      old: releaseOf(["auc"]),
      next,
      installed: ["auc"],
    });
    expect(answer.packages).toEqual([]);
    expect(answer.changes.map(({ kind, reason }) => [kind, reason])).toEqual([
      ["missing", "auc is not in 25.12.1, and neither is owut, which should take the place."],
    ]);
  });

  test("of a split pass over a choice the release doesn't have", () => {
    const split = factsOf({ versions: { "18.06.0": { transformations: { x: { y: true, z: ["w"] } } } } });
    const answer = answerTo(split, {
      from: "17.01.4",
      to: "18.06.0",
      next: releaseOf(["y", "w"]),
      installed: ["x", "w"],
    });
    expect(answer.packages).toEqual(["w", "y"]);
  });

  test("may add what everybody gets", () => {
    const { changes } = answerTo(facts, { from: "19.07.0", to: "21.02.0", next, installed: ["d"] });
    expect(changes).toEqual([
      {
        kind: "add",
        from: [],
        to: ["new"],
        mandatory: true,
        since: "since 21.02.0",
        reason: "new is needed since 21.02.0. Because.",
      },
    ]);
  });
});

describe("names", () => {
  const old = releaseOf(["vim", "gone", "libubox+20191228", "libjson-c+2"], { target: ["kmod-old"] });
  const next = releaseOf(["vim", "libubox+20240329", "libjson-c+5", "libiptext6+-0"], { target: ["kmod-usb2"] });
  const way = { from: "23.05.6", to: "24.10.1", old, next };

  test.each([
    ["libubox20191228", "libubox"],
    ["libubox20240329", "libubox"],
    ["libubox20170601", "libubox"],
    ["libjson-c2", "libjson-c"],
    ["libiptext6-0", "libiptext6"],
    ["kmod-usb2", "kmod-usb2"],
  ])("%s is found as %s", (said, name) => {
    expect(answerTo(factsOf({}), { ...way, installed: [said] }).packages).toEqual([name]);
  });

  test("with two ABIs of one library are one package", () => {
    const installed = { libubox20240329: "2", libubox20191228: "1" };
    const answer = answerTo(factsOf({}), { ...way, installed });
    expect(answer.packages).toEqual(["libubox"]);
  });

  test("of what is never asked about don't matter", () => {
    expect(answerTo(factsOf({}), { ...way, installed: ["libgcc1", "kernel", "libc", "vim"] }).packages).toEqual([
      "vim",
    ]);
  });

  test("that the new release hasn't got are missing, with a sentence", () => {
    const { packages, changes } = answerTo(factsOf({}), { ...way, installed: ["gone", "kmod-old", "vim"] });
    expect(packages).toEqual(["vim"]);
    expect(changes).toEqual([
      {
        kind: "missing",
        from: ["gone"],
        to: [],
        mandatory: true,
        since: null,
        reason: "gone is not in 24.10.1, and nothing is known to take the place.",
      },
      expect.objectContaining({ kind: "missing", from: ["kmod-old"] }),
    ]);
  });

  test("that nobody knows are refused, all of them, by the alphabet", () => {
    const error = failure(() => answerTo(factsOf({}), { ...way, installed: ["zzz", "vim", "libnothing1", "aaa"] }));
    expect(error.code).toBe("unknown_package");
    expect(error.fields).toEqual({ packages: ["aaa", "libnothing1", "zzz"] });
    expect(error.message).toBe("could not find packages: aaa, libnothing1, zzz");
  });

  test("are refused as well when the release stays", () => {
    expect(failure(() => answerTo(factsOf({}), { ...way, from: "24.10.1", old: next, installed: ["zzz"] })).code).toBe(
      "unknown_package",
    );
  });

  test("of libraries and modules are believed where nobody has the old index", () => {
    const answer = answerTo(factsOf({}), {
      ...way,
      from: "18.06.2",
      old: null,
      installed: ["libpthread", "kmod-nf-conntrack6", "vim"],
    });
    expect(answer.packages).toEqual(["vim"]);
    expect(short(answer.changes)).toEqual(["missing kmod-nf-conntrack6 →", "missing libpthread →"]);
    expect(
      failure(() => answerTo(factsOf({}), { ...way, from: "18.06.2", old: null, installed: ["nonsense"] })).fields,
    ).toEqual({
      packages: ["nonsense"],
    });
  });

  test("of any length are dealt with at once", () => {
    const name = `lib${"a1".repeat(200_000)}`;
    const started = performance.now();
    expect(failure(() => answerTo(factsOf({}), { ...way, installed: [name] })).code).toBe("unknown_package");
    // With the square of the length it would be minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("a package of a release nobody has the index of any more", () => {
  const way = {
    from: "18.06.2",
    to: "24.10.1",
    old: null,
    next: releaseOf(["vim"]),
    installed: ["python-light", "vim"],
  };

  test("is missing for who can be told so", () => {
    const { packages, changes } = answerTo(factsOf({}), { ...way, unknownPackages: "missing" });
    expect(packages).toEqual(["vim"]);
    expect(changes).toEqual([
      expect.objectContaining({
        kind: "missing",
        from: ["python-light"],
        reason: "python-light is not in 24.10.1, and nothing is known to take the place.",
      }),
    ]);
  });

  test("is refused for all others", () => {
    expect(failure(() => answerTo(factsOf({}), way)).code).toBe("unknown_package");
    expect(failure(() => answerTo(factsOf({}), { ...way, unknownPackages: "refuse" })).code).toBe("unknown_package");
  });

  test("doesn't make one of a release whose index is there known", () => {
    const known = { ...way, from: "23.05.6", old: releaseOf(["vim"]), unknownPackages: "missing" as const };
    expect(failure(() => answerTo(factsOf({}), known)).fields).toEqual({ packages: ["python-light"] });
  });

  test("and what is never asked about isn't missing", () => {
    const { changes } = answerTo(factsOf({}), {
      ...way,
      unknownPackages: "missing",
      installed: ["libc", "kernel", "vim"],
    });
    expect(changes).toEqual([]);
  });
});

describe("while a feed can't be read", () => {
  const whole = releaseOf(["vim", "gone"]);
  const half = { ...whole, architecture: { ...releaseOf(["vim"]).architecture, absent: ["packages"] } };
  const way = { from: "23.05.6", to: "24.10.1", old: whole, next: half };

  test.each([["gone"], ["nonsense"]])("nobody says what becomes of %s", (name) => {
    const error = failure(() => answerTo(factsOf({}), { ...way, installed: ["vim", name] }));
    expect(error.code).toBe("not_loaded");
    expect(error.message).toBe(`What becomes of ${name} in 24.10.1 can't be said: packages can't be read.`);
  });

  test("the others can be asked about", () => {
    expect(answerTo(factsOf({}), { ...way, installed: ["vim"] }).packages).toEqual(["vim"]);
  });

  test("of the installed release, what the new one has can be asked about", () => {
    const other = { ...way, old: half, next: whole };
    expect(answerTo(factsOf({}), { ...other, installed: ["gone"] }).packages).toEqual(["gone"]);
    expect(failure(() => answerTo(factsOf({}), { ...other, installed: ["nonsense"] })).code).toBe("not_loaded");
  });
});

describe("default packages", () => {
  const facts = factsOf({
    versions: { "23.05.0": { transformations: { "old-default": "renamed-default" } } },
    packages: {
      alternatives: [
        ["dnsmasq", "dnsmasq-full"],
        ["wpad-basic*", "wpad-openssl"],
      ],
    },
  });
  const all = [
    "base-files",
    "dropbear",
    "ppp",
    "urngd",
    "dnsmasq",
    "dnsmasq-full",
    "renamed-default",
    "old-default",
    "wpad-basic-mbedtls",
    "wpad-openssl",
    "libgcc",
  ];
  const old = releaseOf(all, { defaults: ["base-files", "dropbear", "ppp", "old-default"] });
  const next = releaseOf(all, {
    defaults: ["base-files", "dropbear", "ppp", "urngd", "renamed-default", "libgcc", "not-there"],
  });
  const way = { from: "22.03.7", to: "23.05.6", next };

  test("that are new are added", () => {
    const answer = answerTo(facts, { ...way, old, installed: ["base-files", "dropbear", "ppp", "old-default"] });
    expect(answer.packages).toEqual(["base-files", "dropbear", "ppp", "renamed-default", "urngd"]);
    expect(short(answer.changes)).toEqual(["rename old-default → renamed-default", "add → urngd"]);
  });

  test("that somebody removed stay removed, under a new name too", () => {
    const answer = answerTo(facts, { ...way, old, installed: ["base-files", "dropbear"] });
    expect(answer.packages).toEqual(["base-files", "dropbear", "urngd"]);
  });

  test("count all where nobody knows what was removed", () => {
    const answer = answerTo(facts, { ...way, from: "18.06.2", old: null, installed: ["base-files", "dropbear"] });
    expect(answer.packages).toEqual(["base-files", "dropbear", "ppp", "renamed-default", "urngd"]);
  });

  test.each([
    [
      ["base-files", "dnsmasq-full"],
      ["base-files", "dnsmasq-full", "wpad-basic-mbedtls"],
    ],
    [
      ["base-files", "wpad-openssl"],
      ["base-files", "dnsmasq", "wpad-openssl"],
    ],
  ])("beside one of their alternatives are not added: %j", (installed, packages) => {
    const release = releaseOf(all, { defaults: ["base-files", "dnsmasq", "wpad-basic-mbedtls"] });
    expect(answerTo(facts, { ...way, from: "18.06.2", old: null, next: release, installed }).packages).toEqual(
      packages,
    );
  });

  test("that a device does without are not added", () => {
    const release = releaseOf(all, { defaults: ["base-files", "ppp", "urngd", "-ppp"] });
    expect(
      answerTo(facts, { ...way, from: "18.06.2", old: null, next: release, installed: ["base-files"] }).packages,
    ).toEqual(["base-files", "urngd"]);
  });

  test("are not added to a list that is a choice, and not all that is installed", () => {
    expect(answerTo(facts, { ...way, old, installed: ["dnsmasq"] }).packages).toEqual(["dnsmasq"]);
  });

  test("are not added while the release stays", () => {
    expect(answerTo(facts, { ...way, from: "23.05.6", old: next, installed: ["base-files"] }).packages).toEqual([
      "base-files",
    ]);
  });
});

describe("the defaults of a release that only a list knows", () => {
  const router = ["dnsmasq", "dropbear", "odhcp6c", "odhcpd-ipv6only", "ppp", "ppp-mod-pppoe"];
  const wireless = ["kmod-ath9k", "kmod-gpio-button-hotplug", "swconfig", "uboot-envtools"];
  const basic = ["base-files", "busybox", "fstools", "logd", "mtd", "netifd", "procd", "uci", "uclient-fetch"];
  const added = ["ca-bundle", "libustream-mbedtls", "procd-seccomp", "procd-ujail"];
  const nft = ["firewall4", "kmod-nft-offload", "nftables-json"];
  const seeds = ["urandom-seed", "urngd"];
  const defaults = [...router, ...wireless, ...basic, ...added, ...nft, ...seeds, "apk-mbedtls", "wpad-basic-mbedtls"];
  const others = ["wpad-openssl", "openssh-server", "odhcpd", "dnsmasq-full", "iptables-nft", "ip6tables-nft"];
  const next = releaseOf([...defaults, ...others], { defaults });
  const way = { to: "25.12.1", revision: 32295, old: null, next };
  const of2020 = { ...way, from: "19.07.7", target: "ath79/generic" };
  const [ap, stock] = [
    [...basic, ...wireless, ...seeds, "opkg", "wpad-openssl", "openssh-server"],
    [...basic, ...wireless, ...seeds, ...router, "opkg", "wpad-basic", "firewall", "kmod-ipt-offload"],
  ];

  test("are not given back to an access point that does without them", () => {
    const { packages, changes } = answerTo(openwrt, { ...of2020, installed: ap });
    const kept = ap.filter((name) => name !== "opkg");
    expect(packages).toEqual([...kept, ...added, "apk-mbedtls"].sort());
    expect(short(changes)).toEqual(["rename opkg → apk-mbedtls", ...added.map((name) => `add → ${name}`)]);
  });

  test("become today's on a device as it came", () => {
    const { packages, changes } = answerTo(openwrt, { ...of2020, installed: [...stock, "iptables", "ip6tables"] });
    expect(packages).toEqual([...defaults, "iptables-nft", "ip6tables-nft"].sort());
    const news = changes.filter(({ kind }) => kind === "add").flatMap(({ to }) => to);
    expect(news).toEqual([...added, "kmod-nft-offload", "nftables-json"].sort());
  });

  test.each([
    ["kmod-ipt-offload", "kmod-nft-offload"],
    ["odhcpd-ipv6only", "odhcpd-ipv6only"],
    ["opkg", "apk-mbedtls"],
    ["wpad-basic", "wpad-basic-mbedtls"],
  ])("without %s stay without %s", (gone, successor) => {
    const { packages } = answerTo(openwrt, { ...of2020, installed: stock.filter((name) => name !== gone) });
    expect(packages).not.toContain(successor);
    expect(packages).toContain("nftables-json");
  });

  test("have their successors, which they don't become", () => {
    const old = { ...way, from: "17.01.4", target: "ar71xx/generic" };
    expect(answerTo(openwrt, { ...old, installed: ["base-files", "firewall"] }).packages).toContain("kmod-nft-offload");
    expect(answerTo(openwrt, { ...old, installed: ["base-files"] }).packages).toEqual(
      ["base-files", ...added, ...seeds].sort(),
    );
    const odhcpd = answerTo(openwrt, { ...old, installed: ["base-files", "odhcpd"] }).packages;
    expect(odhcpd?.filter((name) => name.startsWith("odhcpd"))).toEqual(["odhcpd"]);
  });

  test("of another target or release are none: each default counts", () => {
    const installed = ["base-files"];
    expect(answerTo(openwrt, { ...way, from: "19.07.7", target: "x86/64", installed }).packages).toContain("swconfig");
    expect(answerTo(openwrt, { ...way, from: "14.07", target: "ath79/generic", installed }).packages).toEqual(
      [...defaults].sort(),
    );
  });

  test("don't come beside a driver or firmware of the owner's choice", () => {
    const ct = ["kmod-ath10k-ct", "ath10k-firmware-qca988x-ct"];
    const own = ["kmod-ath10k", "ath10k-firmware-qca988x", "ath10k-firmware-qca9887-ct"];
    const device = releaseOf(["base-files", ...ct, ...own], { defaults: ["base-files", ...ct] });
    const { packages } = answerTo(openwrt, { ...of2020, next: device, installed: ["base-files", ...own] });
    expect(packages).toEqual(["base-files", ...own].sort());
    const full = ["base-files", "kmod-ath10k-ct-smallbuffers", "ath10k-firmware-qca988x-ct-full-htt"];
    const small = releaseOf([...ct, ...full], { defaults: ["base-files", ...ct] });
    expect(answerTo(openwrt, { ...of2020, next: small, installed: full }).packages).toEqual([...full].sort());
  });
});

describe("versions of packages", () => {
  const offered = { vim: "9.1-r2", tiny: "1.0-r9", "luci-base": "25.340.12345~0123456", odd: "2024a-r1", same: "1-r1" };
  const way = { from: "24.10.1", to: "25.12.1", next: releaseOf(offered, { generation: "apk" }), old: null };

  test.each([
    ["vim", "9.0-r1", true],
    ["vim", "9.1-r2", false],
    ["tiny", "1.0-r10", false],
    ["tiny", "1.0-9", true],
    ["luci-base", "git-19.020.41695-6f6641d-1", true],
    ["vim", "", false],
  ])("%s %j is an upgrade: %s", (name, version, expected) => {
    const answer = answerTo(factsOf({}), { ...way, installed: { [name]: version } });
    expect([...answer.upgrades.keys()]).toEqual(expected ? [name] : []);
  });

  test("that become older are changes and not upgrades", () => {
    const answer = answerTo(factsOf({}), { ...way, installed: { tiny: "1.0-r10" } });
    expect(answer.upgrades.size).toBe(0);
    expect(answer.changes).toEqual([
      {
        kind: "downgrade",
        from: ["tiny"],
        to: ["tiny"],
        installedVersion: "1.0-r10",
        offeredVersion: "1.0-r9",
        mandatory: false,
        since: null,
        reason: "tiny 1.0-r10 is installed, 25.12.1 has only 1.0-r9, which is older.",
      },
    ]);
  });

  test("count in the same release only when asked for", () => {
    const stays = { ...way, from: "25.12.1", old: way.next, installed: { vim: "9.0-r1", same: "1-r1" } };
    expect(answerTo(factsOf({}), stays)).toMatchObject({ packages: ["same", "vim"], upgrades: new Map(), changes: [] });
    const asked = answerTo(factsOf({}), { ...stays, upgradePackages: true });
    expect([...asked.upgrades]).toEqual([["vim", ["9.1-r2", "9.0-r1"]]]);
    expect(asked.changes.map(({ kind, reason }) => [kind, reason])).toEqual([
      ["upgrade", "vim 9.0-r1 is installed, 25.12.1 has 9.1-r2."],
    ]);
  });
});
