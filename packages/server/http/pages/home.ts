import { html } from "hono/html";
import type { Branch, Distribution, Known, Releases } from "../../catalog/types.ts";
import { ServerError } from "../../error.ts";
import { asServerError } from "../failure.ts";
import type { ServerParts } from "../parts.ts";
import { type Html, sendPage } from "./layout.ts";

/** A page doesn't wait for a mirror, in milliseconds: it says what isn't there yet. */
const WAIT_MS = 1_500;

/** `/`: what this server has, for whoever opens its address in a browser. */
export async function homePage(request: Request, { catalog, config, version }: ServerParts): Promise<Response> {
  const parts = await Promise.all(
    catalog.distributions.map(async (distribution) =>
      distributionPart(
        distribution,
        catalog.distributions.find(({ name }) => name === distribution.continuedBy)?.title ?? null,
        await catalog.releases(distribution.name, AbortSignal.timeout(WAIT_MS)).catch((error) => asServerError(error)),
      ),
    ),
  );
  const content = html`
    <p>This server knows what is newest for devices, and what becomes of their packages. Routers ask it by themselves:
      set its address in their attended sysupgrade.</p>
    ${parts.length === 0 ? html`<p class="warn">No distribution is configured.</p>` : parts}
    ${config.contact === "" ? "" : html`<p class="quiet">Questions: ${config.contact}</p>`}`;
  return sendPage(request, "Releases on this server", version, content);
}

function distributionPart(
  distribution: Distribution,
  successor: string | null,
  known: Known<Releases> | ServerError,
): Html {
  const { name, title, description, upstreamUrl } = distribution;
  return html`
    <section aria-labelledby="d-${name}">
      <h2 id="d-${name}">${title}</h2>
      ${description === "" ? "" : html`<p>${description}</p>`}
      ${statePart(successor, known)}
      <p class="quiet">From <a href="${upstreamUrl}" rel="noreferrer">${upstreamUrl}</a>,
        in the API <a href="api/v2/distributions/${name}/versions">${name}</a></p>
    </section>`;
}

function statePart(successor: string | null, known: Known<Releases> | ServerError): Html {
  if (known instanceof ServerError) return html`<p class="warn">${known.message}</p>`;
  if (successor === null) return releasesPart(known);
  return html`<p>Its devices are offered the releases of ${successor}.</p>`;
}

function releasesPart({ value, trouble, checkedAt }: Known<Releases>): Html {
  const { stable, oldstable, upcoming, branches } = value;
  const enabled = branches.filter((branch) => branch.enabled);
  const rows = [
    ["Stable", stable?.name],
    ["Before that", oldstable?.name],
    ["Coming next", upcoming?.name],
  ].filter(([, release]) => release !== undefined);
  const age = checkedAt.toISOString().replace("T", " ").slice(0, 16);
  return html`
    ${trouble ? html`<p class="warn">${trouble.sentence} What is shown is from ${age} UTC.</p>` : ""}
    ${enabled.length === 0 ? html`<p>There are no versions yet.</p>` : ""}
    <dl>${rows.map(([label, release]) => html`<dt>${label}</dt><dd>${release}</dd>`)}</dl>
    ${enabled.length === 0 ? "" : html`<details><summary>All versions</summary><dl>${enabled.map(branchPart)}</dl></details>`}`;
}

function branchPart({ name, versions }: Branch): Html {
  return html`<dt>${name}</dt><dd>${versions.map((version) => version.name).join(", ")}</dd>`;
}
