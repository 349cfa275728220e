import { fromHere } from "./from-here.ts";
import type { ServerDemo } from "./server-demo.ts";

/** What to look at, and what a router would ask. `trouble`: why upstream can't be read. `consoleLink` signs in. */
export function serverGuide(
  { url, upstream, configPath }: Pick<ServerDemo, "url" | "upstream" | "configPath">,
  root: string,
  trouble: string | null,
  consoleLink: string | null,
): string {
  const config = fromHere(configPath, root);
  return `
  The server
    Its page             ${url}/
${consoleLink === null ? "" : `    Its console          ${consoleLink}\n`}    Its API              ${url}/api/v2/docs
    What it knows of     ${upstream}
${trouble === null ? "" : troubleWords(trouble)}
    What is newer for a router of 2018? As its own client asks:
      curl -s ${url}/api/upgrade-check -d '{"distro":"openwrt","version":"18.06.1","target":"ar71xx/generic","installed":{"luci":"1","opkg":"1"}}'
    The same in today's words, each change with its reason:
      curl -s ${url}/api/v2/upgrade-checks -H 'content-type: application/json' -d '{"distribution":"openwrt","version":"24.10.5","target":"ath79/generic","installed":{"luci":"1","opkg":"1","auc":"1"}}'
    An image with two packages more; then the same for everybody who asks:
      npx pawl build --server ${url} --version 25.12.1 --target ath79/generic --profile tplink_archer-c7-v2 luci tcpdump
    What it knows, and what is wrong since when:
      npx pawl catalog list --config ${config}
`;
}

function troubleWords(trouble: string): string {
  return `
    It can't be read: ${trouble}
    Until it can, questions are answered from what was read before, or refused.
`;
}
