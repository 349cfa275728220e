import type { Demand } from "../loading/demand.ts";
import type { States } from "../loading/states.ts";
import { refusal } from "../refusal.ts";
import { nameOf, type Resource, type ResourceKey } from "../store/resource.ts";
import type { ResourceStore } from "../store/resource-store.ts";
import { type DocumentKind, type Documents, fromDocument } from "./documents.ts";
import type { View, Views } from "./views.ts";

/** In memory a document takes about so many bytes for each of its file's. */
const BYTES_A_BYTE = 4;

/** A document's value, or that upstream has no such thing and never had. */
export type DocumentView<K extends DocumentKind> =
  | { view: View<Documents[K]>; missing?: undefined }
  | { view: null; missing: Resource };

export interface DocumentParts {
  demand: Demand;
  states: States;
  store: ResourceStore;
  views: Views;
}

/** Documents as values: read once out of their rows, then kept. */
export class DocumentViews {
  readonly #parts: DocumentParts;
  readonly #making = new Map<string, Promise<DocumentView<DocumentKind>>>();

  constructor(parts: DocumentParts) {
    this.#parts = parts;
  }

  /** What is in memory and right. */
  fresh<K extends DocumentKind>(key: ResourceKey & { kind: K }): View<Documents[K]> | null {
    return this.#parts.views.fresh(nameOf(key));
  }

  /** @throws ServerError `not_loaded`, `upstream_refused` */
  get<K extends DocumentKind>(key: ResourceKey & { kind: K }): Promise<DocumentView<K>> {
    const name = nameOf(key);
    const before = this.#making.get(name) as Promise<DocumentView<K>> | undefined;
    if (before) return before;
    const making = this.#make(name, key)
      .catch((error: unknown) => ({ view: this.#parts.views.lastOr<Documents[K]>(name, error) }))
      .finally(() => this.#making.delete(name));
    this.#making.set(name, making as Promise<DocumentView<DocumentKind>>);
    return making;
  }

  async #make<K extends DocumentKind>(name: string, key: ResourceKey & { kind: K }): Promise<DocumentView<K>> {
    const { demand, states, store, views } = this.#parts;
    const fresh = this.fresh(key);
    if (fresh) return { view: fresh };
    const [resource] = await demand.current([key]);
    if (!resource) throw new Error(`${name} has no state`);
    if (resource.digest === null) {
      if (resource.trouble?.code !== "not_found") throw refusal(resource);
      return { view: null, missing: resource };
    }
    const [row] = await store.documents([resource.id]);
    if (!row) throw refusal(resource);
    states.apply([row.resource]);
    const value = fromDocument(key.kind, row.document);
    const bytes = (row.resource.size ?? 0) * BYTES_A_BYTE + 1_000;
    return { view: views.keep(name, { value, parts: [row.resource], bytes }, demand.patienceOver()) };
  }
}
