import type { Context, Groups, HistoryEntry, Kind, Recommendations } from "./tanish.js";

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
  /** A placement of `site.json`, which holds its rules. */
  placement?: string;
  /** Needed where no placement says it. */
  kind?: Kind;
  /** What the visitor did, in any order. Default: nothing, a first visit. */
  history?: HistoryEntry[];
  /** How many, 1 to 100. Default: 6. */
  limit?: number;
  /** The product on the page, where the kind starts from one. */
  product?: string;
  /** Products never to show. */
  exclude?: string[];
  /** Products in the cart. */
  cart?: string[];
  /** Sizes the visitor stated. */
  sizes?: string | string[] | { [category: string]: string | string[] };
  /** What `popular` and `popular-nearby` look at first. */
  within?: Groups;
  /** Where the visitor is. */
  context?: Context;
  /** The language of `because`. Default: `en`. */
  language?: string;
  /** The time of the decision: the same question at the same time has the same answer. Default: now. */
  now?: string | number | Date;
}

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Anything JSON can hold; what it cannot is `null`. */
export type Attributes = Record<string, unknown>;

/** A condition in GrowthBook's language, such as `{ "cart.value": { $gte: 50 } }`. */
export type Condition = Record<string, unknown>;

/** Saved groups by id: lists, conditions, or remote ones. */
export type SavedGroups = Record<string, unknown>;

/** Which variations a visitor was assigned before, by `attribute||value`, as GrowthBook keeps them. */
export type StickyBuckets = Record<
  string,
  { attributeName: string; attributeValue: string; assignments: Record<string, string> }
>;

/** Everything but the attributes that an answer depends on. */
export interface EvaluationOptions {
  /** The page's address: for URL targeting, and for `?<experiment>=<variation>`. */
  url?: string;
  /** Variations by experiment key. */
  forcedVariations?: Record<string, number>;
  /** Values by feature key. */
  forcedFeatureValues?: Record<string, unknown>;
  /** `true`: only forced variations count. */
  qaMode?: boolean;
  /** `false`: no experiment runs. */
  enabled?: boolean;
  /** Keeps assignments: what was assigned before, as an object or as a list of documents. The result has the new state. */
  stickyBuckets?: StickyBuckets | StickyBuckets[string][];
  /** The remote groups the visitor is in; wins over the attribute `__gb_remoteGroupIds`. */
  remoteGroupIds?: string[];
  /** Instead of those in `campaigns.json`, for this question only: read anew each time. */
  features?: Record<string, unknown>;
  savedGroups?: SavedGroups;
  contextualBandits?: Record<string, unknown>;
}

/** What an experiment gave a visitor: GrowthBook's fields. */
export interface ExperimentResult<T = Json> {
  /** The variation's key. */
  key: string;
  name?: string;
  featureId: string | null;
  inExperiment: boolean;
  /** Whether the visitor's own place decided, so that it counts for the statistics. */
  hashUsed: boolean;
  variationId: number;
  value: T;
  hashAttribute: string;
  hashValue: string | number;
  /** The visitor's place on the line from 0 to 1. */
  bucket?: number;
  stickyBucketUsed: boolean;
  /** Rules after this one go on all the same. */
  passthrough?: boolean;
  /** Of a contextual bandit. */
  leafId?: number;
  variationWeights?: number[];
  banditVersion?: number;
  /** Where the variation leads, as it stands and with the query it keeps. */
  urlRedirect?: string;
  urlWithParams?: string;
  /** Where `stickyBuckets` was given to `run`. */
  stickyBuckets?: StickyBuckets;
}

/** A feature's value for a visitor, and why: GrowthBook's fields. */
export interface FeatureResult<T = Json> {
  value: T | null;
  on: boolean;
  off: boolean;
  source:
    | "unknownFeature"
    | "defaultValue"
    | "force"
    | "experiment"
    | "override"
    | "prerequisite"
    | "cyclicPrerequisite";
  ruleId: string;
  experiment?: Record<string, unknown>;
  experimentResult?: ExperimentResult<T>;
  /** Where `stickyBuckets` was given. */
  stickyBuckets?: StickyBuckets;
}

/** An experiment that belongs to no feature. */
export interface Experiment<T = Json> {
  key: string;
  variations: T[];
  [member: string]: unknown;
}

/** Something wrong in `campaigns.json`: it takes no part, everything else works. */
export interface CampaignProblem {
  /** As in `features.hero.rules[2].weights`. */
  path: string;
  problem: string;
}

/** Decides without a page: in Node, in a worker, at a CDN's edge. */
export class Engine {
  private constructor();
  /**
   * Reads what every decision needs. Further files are read when a question needs them.
   *
   * Where the runtime does not let code fetch the module (edge workers), pass it: its bytes,
   * or a compiled `WebAssembly.Module`.
   * `decryptionKey` opens a `campaigns.json` that GrowthBook encrypted.
   */
  static load(
    read: Reader,
    options?: { wasm?: BufferSource | WebAssembly.Module; decryptionKey?: string },
  ): Promise<Engine>;
  /**
   * Follows a new training or new prices: asks for `model/entry.bin`, `catalog/entry.bin` and `campaigns.json` again (so the
   * reader must not cache those three) and forgets the files they no longer name. Call it every few minutes
   * in a process that lives long. A file that turns out to be gone has the same effect by itself. At most
   * 16 MB of files are kept.
   */
  refresh(): Promise<void>;
  /** A payload GrowthBook encrypted, in the open; `null` where key or payload are wrong. */
  static decrypt(payload: string, key: string): Promise<string | null>;
  /** Decides what to show. */
  recommend(query: EngineQuery): Promise<Recommendations>;
  /** The keys of the features in `campaigns.json`. */
  readonly features: string[];
  /** What is wrong with `campaigns.json`. */
  readonly problems: CampaignProblem[];
  /** A feature's value for a visitor, and why. Synchronous. */
  evaluate<T = Json>(feature: string, attributes?: Attributes, options?: EvaluationOptions): FeatureResult<T>;
  /** Every feature of `campaigns.json`, by key. */
  evaluateAll(attributes?: Attributes, options?: EvaluationOptions): Record<string, FeatureResult>;
  /** Runs an experiment that belongs to no feature. */
  run<T>(experiment: Experiment<T>, attributes?: Attributes, options?: EvaluationOptions): ExperimentResult<T>;
  /** Whether a condition holds. Default of `savedGroups`: those in `campaigns.json`. */
  evalCondition(condition: Condition, attributes?: Attributes, options?: { savedGroups?: SavedGroups }): boolean;
  /** The same products in a visitor's order, each once; see `Shop.rank`. */
  rank<T extends string | number | object>(
    products: readonly T[],
    visitor?: { history?: HistoryEntry[]; now?: string | number | Date },
  ): Promise<T[]>;
}
