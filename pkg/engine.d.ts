import type { HistoryEntry, Kind, Recommendations } from "./tanish.js";

export type { Action, HistoryEntry, Item, Kind, Recommendations } from "./tanish.js";

/**
 * Hands over a file of the site folder, by its name relative to that folder (`site.json`, `model/…`).
 * `null` (or `undefined`) when there is none: the engine works with whichever files are there.
 *
 * Of a folder trained with `--layout packed`, parts of large files are asked for: bytes `from` to `to`, both
 * included, as in an HTTP `Range`. A reader that cannot give a part gives the whole file.
 */
export type Reader = (
  name: string,
  range?: { from: number; to: number },
) => Uint8Array | null | undefined | Promise<Uint8Array | null | undefined>;

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
  /**
   * Follows a new training or new prices: asks for `model/entry.bin` and `catalog/entry.bin` again (so the
   * reader must not cache those two) and forgets the files they no longer name. Call it every few minutes
   * in a process that lives long. A file that turns out to be gone has the same effect by itself. At most
   * 16 MB of files are kept.
   */
  refresh(): Promise<void>;
  /** Decides what to show. */
  recommend(query: EngineQuery): Promise<Recommendations>;
}
