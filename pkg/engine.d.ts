import type { HistoryEntry, Kind, Recommendations } from "./tanish.js";

export type { Action, HistoryEntry, Item, Kind, Recommendations } from "./tanish.js";

/**
 * Hands over a file of the site folder, by its name relative to that folder (`site.json`, `model/…`).
 * `null` (or `undefined`) when there is none: the engine works with whichever files are there.
 */
export type Reader = (name: string) => Uint8Array | null | undefined | Promise<Uint8Array | null | undefined>;

/** A question for products, with all that is known of the visitor. */
export interface EngineQuery {
  kind: Kind;
  /** What the visitor did, in any order. Default: nothing, a first visit. */
  history?: HistoryEntry[];
  /** How many, 1 to 100. Default: 6. */
  limit?: number;
  /** The product on the page, where the kind starts from one. */
  product?: string;
  /** Products never to show. */
  exclude?: string[];
  /** The language of `because`. Default: `en`. */
  language?: string;
  /** The time of the decision: the same question at the same time has the same answer. Default: now. */
  now?: string | number | Date;
}

/** Decides without a page: in Node, in a worker, at a CDN's edge. */
export class Engine {
  private constructor();
  /**
   * Reads what every decision needs. Further files are read when a question needs them.
   *
   * Where the runtime does not let code fetch the module (edge workers), pass it: its bytes,
   * or a compiled `WebAssembly.Module`.
   */
  static load(read: Reader, options?: { wasm?: BufferSource | WebAssembly.Module }): Promise<Engine>;
  /** Decides what to show. */
  recommend(query: EngineQuery): Promise<Recommendations>;
}
