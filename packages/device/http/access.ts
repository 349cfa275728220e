import type { AuthConfig } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { type Address, addressWords, isLocal } from "../listen-address.ts";
import type { Tokens } from "../tokens.ts";
import { foreignness } from "./foreign.ts";
import type { Effect, HttpContext } from "./route.ts";

const MAKE_ONE = "`pawl token create <name>` makes a token";

/**
 * Who may call (contract device-api.md §1 and §7). As long as there is no token, whoever is on this device may, but no
 * foreign page in a browser on it; with the first token, only who has one.
 */
export class Access {
  readonly #tokens: Tokens;
  readonly #auth: AuthConfig;
  readonly #address: Address;

  constructor(tokens: Tokens, auth: AuthConfig, address: Address) {
    this.#tokens = tokens;
    this.#auth = auth;
    this.#address = address;
  }

  /** Throws UpdateError `forbidden` for what may come from a foreign page while there are no tokens. */
  async guard(c: HttpContext): Promise<void> {
    if (!(await this.#isOpen())) return;
    const { host, origin } = { host: c.req.header("host"), origin: c.req.header("origin") };
    const why = foreignness({ host, origin }, this.#door(c));
    if (why === "host") {
      const words = `Without a token, Pawl answers only under its own address, ${this.#ownAddress(c)}; ${MAKE_ONE}.`;
      throw new UpdateError("forbidden", words);
    }
    if (why === "origin") {
      throw new UpdateError("forbidden", `Without a token, pages of other sites may not call Pawl; ${MAKE_ONE}.`);
    }
  }

  /** Throws UpdateError `unauthorized` or `forbidden` when the caller may not make a call with this effect. */
  async admit(c: HttpContext, effect: Effect): Promise<void> {
    if (effect === "read" && this.#auth.public_status) return;
    if (await this.#isOpen()) {
      // An image or a link on a foreign page sends no Origin with a GET, but every browser of today says this.
      const site = c.req.header("sec-fetch-site");
      if (effect === "read" || site === undefined || site === "same-origin" || site === "none") return;
      throw new UpdateError("forbidden", `Without a token, pages of other sites may not call Pawl; ${MAKE_ONE}.`);
    }
    const token = this.#tokenOf(c, effect);
    if (token === null) {
      throw new UpdateError("unauthorized", `This call needs a token, sent as "Authorization: Bearer …"; ${MAKE_ONE}.`);
    }
    if (!(await this.#tokens.verify(token))) {
      throw new UpdateError("unauthorized", `This token isn't known here, or was revoked; ${MAKE_ONE}.`);
    }
  }

  /** A device that others can reach is never open, even when its last token was revoked. */
  async #isOpen(): Promise<boolean> {
    return isLocal(this.#address) && (await this.#tokens.list()).length === 0;
  }

  #tokenOf(c: HttpContext, effect: Effect): string | null {
    const bearer = /^Bearer +(\S+) *$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const inQuery = this.#auth.token_in_query && effect !== "change-by-link" ? c.req.query("token") : undefined;
    return bearer ?? c.req.header("x-api-key") ?? inQuery ?? null;
  }

  /** The port is that of the socket: `listen` may leave the choice to the system. */
  #door(c: HttpContext): { host: string; port: number } | null {
    const address = this.#address;
    return address.kind === "unix"
      ? null
      : { host: address.host, port: c.env.incoming.socket.localPort ?? address.port };
  }

  #ownAddress(c: HttpContext): string {
    const door = this.#door(c);
    return addressWords(door ? { kind: "tcp", ...door } : this.#address);
  }
}
