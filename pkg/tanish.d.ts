/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** What can be recommended. */
export type Kind =
  | "for-you"
  | "similar"
  | "bought-together"
  | "buy-again"
  | "popular"
  | "popular-nearby"
  | "new"
  | "recently-viewed"
  | "complement";

/** What a visitor did with a product. */
export type Action = "view" | "cart" | "purchase" | "wish" | "search";

/** One line of a visitor's history. */
export interface HistoryEntry {
  /** The product, as the catalogue names it. */
  id: string;
  /** When: RFC 3339, `YYYY-MM-DD`, a Date, or epoch milliseconds. */
  at: string | number | Date;
  /** Default: `purchase`. */
  action?: Action;
  /** Pieces bought. Default: 1. */
  quantity?: number;
  /** Price of one piece, in the shop's currency. */
  price?: number;
  /** The order it belongs to. */
  order?: string;
  /** The words of a search, or of a wish for what is not (yet) in the catalogue; `id` is then empty. */
  query?: string;
  /** What the visitor chose: `brand`, `category`, `color`, `size`; affinities are made of it. */
  attributes?: { [name: string]: string };
}

/**
 * What the visitor says of themselves; it counts for more than what is inferred. `null` takes an answer
 * back. Each answer is at most 1 KB.
 */
export interface Preferences {
  /** One size, several, or by category: `{ Shoes: "42", Shirts: ["L", "XL"] }`. */
  sizes?: string | string[] | { [category: string]: string | string[] } | null;
  /** Favourite brands. */
  brands?: string | string[] | null;
  colors?: string | string[] | null;
  categories?: string | string[] | null;
  /** Children the visitor buys for: age in years (or year of birth) and gender. */
  children?: { age?: number; born?: string; gender?: string }[] | null;
  /** The goal chosen in a quiz. */
  goal?: string | null;
  /** Days to find gifts for. */
  birthdays?: { who?: string; date: string }[] | null;
}

/** A step of permission: how the shop may write to the visitor, and what that is good for. */
export interface PermissionStep {
  /** As `newsletter`, `sms` or `push`. */
  channel: string;
  /** The benefit, in words; one text, or by language. */
  benefit: string | { [language: string]: string };
  /** The words of the buttons, where others than the built-in ones are wanted. */
  yes?: string | { [language: string]: string };
  later?: string | { [language: string]: string };
}

/** The visitor's choice, one answer a purpose. */
export interface Consent {
  analytics: boolean;
  personalization: boolean;
  marketing: boolean;
}

/** Options of `start`. Every key of `site.json` may stand here too and wins over the file. */
export interface StartOptions {
  /** Where `site.json` lies. Its folder holds the model and the catalogue. */
  site?: string;
  /** The page's language; default: `<html lang>`. */
  language?: string;
  /**
   * Where events go. `visitor`: where the relay tells who is here, by a cookie that only it can set and that
   * outlives Safari's seven days; default: beside an `endpoint` that ends in `/batch`, if that is on this
   * host or within `cookie.domain`; `false`: nowhere.
   */
  events?: { endpoint?: string; writeKey?: string; visitor?: string | false };
  /**
   * `ask`: nothing is stored or sent before a choice. Default `granted`: analytics and personalization
   * hold until refused; marketing always waits for a yes.
   */
  consent?: {
    mode?: "ask" | "granted";
    /**
     * Consent platforms to hear: IAB TCF, GPP, Google Consent Mode v2. Default: those found on the page;
     * `[]`: none. A purpose holds while one of those who spoke says yes and none says no.
     */
    sources?: ("tcf" | "gpp" | "gcm" | "shop")[];
    /**
     * The built-in question, for shops without a platform: shown until the visitor chose, where `mode` is
     * `ask`, and whenever a control with `data-tanish-consent` is pressed. `policy`: the address of the
     * privacy policy; `texts`: words by language, over the built-in English, Uzbek and Russian.
     */
    banner?: boolean | { policy?: string; texts?: { [language: string]: { [name: string]: string } } };
  };
  /**
   * Steps of permission, in order: `<tanish-permission>` offers the next one, once the one before was granted.
   * A step put off rests for 30 days and is offered three times at most; a withdrawal ends the asking.
   */
  permissions?: PermissionStep[];
  /** `domain`: share the cookie over subdomains, e.g. `example.uz`. */
  cookie?: { domain?: string };
  /** ISO 4217 code of all prices. */
  currency?: string;
  /** Places of the shop's pages and the rules that hold there; `*`: rules that hold everywhere. */
  placements?: { [id: string]: Placement };
  /** How prices are written, as in `# ##0 soʻm` or `€#.##0,00`; default: as the page's language does. */
  priceFormat?: string;
  /** The module, where the page may not fetch it: its bytes, a response or a compiled module. */
  wasm?: BufferSource | Response | WebAssembly.Module;
  /**
   * `small` (default): what a first visit needs. `full`: rules, the kinds `complement`, `new` and `popular-nearby`,
   * `rank`, `preferences` and permission steps too. Where `site.json` names `placements` or `permissions`, it is `full`.
   */
  module?: "small" | "full";
  [key: string]: unknown;
}

/** How a rule compares. `in` and `nin` take a list; `contains` looks at the beginnings of words. */
export type Operator = "eq" | "ne" | "in" | "nin" | "lt" | "lte" | "gt" | "gte" | "exists" | "contains";

/**
 * What a product must be for a rule to speak of it. `field`: `id`, `title`, `price`, `discount` (per cent),
 * `stock`, `age` (days in the catalogue), `margin`, or an attribute such as `brand`, `category`, `color`,
 * `size`. `op` is `in` where it is left out. A text alone is a product's id.
 */
export type Condition =
  | string
  | { field: string; op?: Operator; value?: string | number | boolean | (string | number)[] }
  | { all: { field: string; op?: Operator; value?: string | number | boolean | (string | number)[] }[] };

/** A text, or one by language: `{ en: "…", uz: "…" }`. */
export type Words = string | { [language: string]: string };

/** A rule for what the visitor owns: `hide` is `true`, `false` or a number of days. The first that fits decides. */
export type OwnedRule = Partial<Exclude<Condition, string>> & { hide?: boolean | number };

/** A place of the shop's pages, and the rules that hold there. */
export interface Placement {
  kind?: Kind;
  /** 1 to 100. */
  limit?: number;
  /** Products, or the best that meets a condition, at a position from 1; without one, where it stands in the list. */
  pin?: (
    | string
    | { id: string; position?: number; because?: Words }
    | (Exclude<Condition, string> & { position?: number; because?: Words })
  )[];
  /** Multiplies scores by `by`, default 2. */
  boost?: (Exclude<Condition, string> & { by?: number; because?: Words })[];
  /** Shown only where nothing else is left. */
  bury?: Condition[];
  /** Never shown. */
  exclude?: Condition[];
  /** What was bought: hidden (`true`), shown (`false`), hidden for so many days, or a rule a category. */
  bought?: boolean | number | OwnedRule[];
  /** What is in the cart, likewise. */
  cart?: boolean | OwnedRule[];
  /** `true`, a strength from 0 to 1, or a strength and how many alike: `{ maxPer: { "category+color": 2 } }`. */
  diversity?: boolean | number | { strength?: number; maxPer?: { [attributes: string]: number } };
  maxPerBrand?: number;
  /** Only what is there in the visitor's size. */
  size?: boolean;
  /** Prices in the shop's currency; `around: 2` is half to double the visitor's usual price of the category. */
  price?: { min?: number; max?: number; around?: number };
  outOfStock?: "hide" | "last" | "show";
  /** Kinds that fill the list where the first has too few, in order. */
  fallback?: Kind[];
}

/** Groups a visitor belongs to, by the names the orders give them. */
export interface Groups {
  city?: string | string[];
  region?: string | string[];
  country?: string | string[];
  /** A segment of the shop's own. */
  segment?: string | string[];
  /** People who know each other: who referred whom. */
  circle?: string | string[];
}

/** What the page knows of where the visitor is. */
export interface Context extends Groups {
  /** Names of cities, or what they are: `[{ city: "Tashkent", country: "UZ" }]`. */
  places?: (string | Groups)[];
  [key: string]: unknown;
}

/** A question for products. What it does not say is as its placement has it. */
export interface RecommendQuery {
  /** A placement of `site.json`. */
  placement?: string;
  /** Needed where no placement says it. */
  kind?: Kind;
  /** How many, 1 to 100. Default: 6. */
  limit?: number;
  /** Products in the cart. Default: what the events of this visitor tell. */
  cart?: string[];
  /** `popular` only within these groups first. Default for `popular-nearby`: the context, else the traits. */
  within?: Groups;
  /** Sizes the visitor stated. Default: the traits `size` and `sizes` given to `identify`. */
  sizes?: string | string[] | { [category: string]: string | string[] };
  /** The product on the page, where the kind starts from one. */
  product?: string;
  /** Products never to show, for instance those already on the page. */
  exclude?: string[];
}

/** One recommended product. */
export interface Item {
  id: string;
  title: string;
  /** In the shop's currency; absent when the catalogue has none. */
  price?: number;
  url?: string;
  image?: string;
  /** Higher is better; comparable within one answer only. */
  score: number;
  /** Why, in words, in the page's language. */
  because: string;
  /** Why, for code. `product` is the history item that spoke for this one. */
  reason: { code: string; product?: string };
  /** Attributes of the catalogue: brand, category, color, sizes … */
  attributes: { [name: string]: string | string[] };
}

/** The answer of `recommend`. */
export interface Recommendations {
  kind: Kind;
  items: Item[];
}

/** How much the visitor likes a value of an attribute, 0 to 1, strongest first. */
export interface Affinity {
  value: string;
  weight: number;
  /** The visitor said so; only where something was stated of the attribute. */
  stated?: boolean;
}

/** What is known of the visitor, from this browser alone. */
export interface Visitor {
  /** The id in the cookie; `null` before consent. */
  id: string | null;
  /** The customer's id after `identify`. */
  customer: string | null;
  /** Traits given to `identify`. */
  traits: { [name: string]: Json };
  consent: Consent & { asked: boolean };
  /** Visits in this browser: a visit ends after 30 minutes of silence. */
  visits: number;
  orders: number;
  /** Money spent in known orders, in the shop's currency. */
  spent: number;
  firstSeen: string | null;
  lastSeen: string | null;
  /** Recency, frequency and monetary value, 1 (worst) to 5; `null` before the first order. */
  rfm: { recency: number; frequency: number; monetary: number } | null;
  /** By attribute (brand, category, color, size …). */
  affinities: { [attribute: string]: Affinity[] };
  /** What was wished for and not found, newest first. */
  wishes: { query: string; product: string | null; at: string }[];
  /** Products viewed last, newest first. */
  viewed: string[];
  /** What was searched for, newest first. */
  searches: { query: string; product: string | null; at: string }[];
  /** What the visitor stated, each with when (epoch milliseconds). */
  preferences: { [name: string]: { said: Json; at: number } };
  /** What became of each step of permission. */
  permissions: { [channel: string]: { answer: "granted" | "withdrawn" | "later"; at: number; times: number } };
}

/** What happens inside, for developers. */
export interface Diagnostics {
  version: string;
  /** Events accepted and not yet acknowledged by the endpoint. */
  queued: number;
  /** Events a full store had to drop, since this page was opened. */
  dropped: number;
  /** Events the endpoint refused, since this page was opened. */
  refused: number;
  /** Where events are kept: `indexeddb`, `localstorage` or `memory`. */
  store: string;
  /** Whether this tab sends for all. */
  sender: boolean;
  files: { name: string; bytes: number; state: "loaded" | "absent" | "pending" }[];
  problems: string[];
}

/** The shop, as its page sees it. One per page. */
export interface Shop {
  /**
   * Records an event. Journalled before this returns; resolves when the event is durable.
   *
   * Where the shop asks for consent, the promise waits for the visitor's choice and resolves then, also
   * when the visitor refuses: do not hold a navigation back for it.
   */
  track(event: string, properties?: { [key: string]: unknown }): Promise<void>;
  /**
   * Signs the visitor in as a customer. `null` (or `undefined`) signs out: history and traits are erased
   * and the next person is a new visitor. With nobody signed in it does nothing. Waits for the visitor's
   * choice as `track` does.
   */
  identify(customer: string | number | null | undefined, traits?: { [name: string]: unknown }): Promise<void>;
  /** Decides, in this page, what to show. */
  recommend(query: RecommendQuery): Promise<Recommendations>;
  /**
   * The same products in this visitor's order, each once: for category pages and search results. Elements are
   * ids, or objects with an `id` (or `product_id`) and, where the page knows them, `brand`, `category`,
   * `color`. Returns at once with what is known by now; awaited, it waits for the files that tell more.
   * What nothing is known of keeps its place; a visitor without a history sees the list as it is.
   */
  rank<T extends string | number | object>(products: readonly T[]): T[] & PromiseLike<T[]>;
  /** What the page knows of place and time. Kept for this page only; elements decide anew. */
  setContext(context: Context): void;
  visitor(): Visitor;
  /** Gives the page orders and wishes the shop already knows. */
  history(entries: HistoryEntry[]): void;
  /**
   * The visitor's choice; only `true` is a yes. Refusing analytics erases the events not yet sent, refusing
   * personalization erases history and traits, refusing both erases everything but the refusal.
   */
  consent(choice: Partial<Consent>): Promise<void>;
  /**
   * Takes what the visitor states, and records it as `Preferences Stated`. It is kept with personalization
   * consent and waits for the visitor's choice as `track` does.
   */
  preferences(answers: Preferences): Promise<void>;
  /**
   * A step of permission: `true` records `Permission Granted {channel}`, `false` `Permission Withdrawn
   * {channel}`, `null` puts the step off.
   */
  permission(channel: string, granted: boolean | null): Promise<void>;
  /** Sends what is queued; resolves when the endpoint has it all, rejects when it cannot be reached. */
  flush(): Promise<void>;
  /**
   * Leaves nothing of the visitor in this browser, the relay's cookie included, and keeps nothing until the
   * next page. Rejects when only the relay's cookie is left because the relay does not answer. What other
   * subdomains keep is theirs: call it there too.
   */
  forget(): Promise<void>;
  /** Everything kept about the visitor in this browser: `{ profile, events }`. */
  export(): Promise<{ [key: string]: Json }>;
  diagnostics(): Diagnostics;
  /** Calls back after the history, the consent or the customer changed; returns the way to stop. */
  onChange(listener: () => void): () => void;
}

/** Starts Tanish in this page; a second call returns the same shop. */
export function start(options?: StartOptions): Promise<Shop>;

/** The version of this package. */
export const version: string;

declare global {
  interface Window {
    /** A queue before start, the shop after. */
    tanish?: (Shop & { push(command: [string, ...unknown[]]): Promise<void> }) | [string, ...unknown[]][];
  }
}
