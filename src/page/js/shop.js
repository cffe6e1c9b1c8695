// The shop, as its page sees it.
import { hearConsent, offerBanner, offerPermission } from "./asking.js";
import { Driver } from "./driver.js";
import { twinAddress } from "./twin.js";
import { ENTRIES, fetchFile } from "./files.js";
import { fullModule, loadModule, smallModule } from "./wasm.js";

/** What the queue before start may call. */
const COMMANDS = ["track", "identify", "recommend", "history", "setContext", "consent", "preferences", "permission", "flush", "forget", "onChange"];

/** Starts the shop of this page. `changed(anew)` hears of every change. */
export async function openShop({ site = "/tanish/site.json", language, wasm, ...overrides } = {}, changed) {
  if (typeof document === "undefined") throw new Error("start() needs a page; use tanish/engine elsewhere");
  const address = new URL(site, document.baseURI);
  const base = new URL(".", address);
  const abort = new AbortController();
  const small = wasm ?? smallModule(abort.signal);
  // Whether it is used is known in a moment; until then its failure is nobody's.
  Promise.resolve(small).catch(() => {});
  const entering = Promise.all(ENTRIES.map((name) => fetchFile(base, name, true)));
  const file = await fetchFile(base, address, true);
  if (!file) throw new Error(`cannot read ${address.pathname}`);
  const settings = merge(JSON.parse(new TextDecoder().decode(file)), plain(overrides) ?? {});
  const full = !wasm && needsFull(settings);
  if (full) abort.abort();
  const [entries] = await Promise.all([entering, loadModule(full ? fullModule() : small)]);
  const locale = language ?? (document.documentElement.lang || navigator.language || "en");
  const shop = new Shop(settings, locale, base, changed);
  ENTRIES.forEach((name, place) => shop._driver.file(name, entries[place]));
  shop._driver.listen();
  hearConsent(settings.consent, (source, answers) => shop._driver.tell("signal", source, answers));
  offerBanner(shop, settings.consent);
  offerPermission(shop, settings.permissions);
  return shop;
}

/** Rules, campaigns and stated preferences are in the full module only; `module: "full"` asks for it by name. */
function needsFull({ module, ...settings }) {
  const named = ["placements", "permissions"].some((key) => Object.keys(settings[key] ?? {}).length > 0);
  return module === "full" || named;
}

/** `over` wins, key by key. */
function merge(under, over) {
  const both = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const deep = isObject(value) && isObject(both[key]);
    both[key] = deep ? merge(both[key], value) : value;
  }
  return both;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As JSON would carry it: dates become text, functions go. Throws on a cycle. */
export function plain(value) {
  return JSON.parse(JSON.stringify(value) ?? "null");
}

/** Milliseconds of a Date, a number or a text; NaN for none. */
export function millis(at) {
  return typeof at === "number" ? at : new Date(at).getTime();
}

/** Entries of a history as the module reads them. */
export function deeds(entries) {
  return entries.map((entry) => ({ ...plain(entry), id: String(entry.id ?? ""), at: millis(entry.at) }));
}

/** What the module needs of products to order them. */
export function listed(products) {
  return products.map((product) => {
    const { id, product_id, brand, category, color, size } = Object(product);
    if (typeof product !== "object") return product;
    return plain({ id: id ?? product_id, brand, category, color, size });
  });
}

/** A list by the places of its elements; as it is, where there are none. */
export function ordered(list, places) {
  return places ? places.map((place) => list[place]) : [...list];
}

/** A customer's id: text or a whole number; nobody is `null`. */
function customerId(customer) {
  if (customer === null || customer === undefined || customer === "") return null;
  if (typeof customer === "string" || Number.isSafeInteger(customer)) return String(customer);
  throw new Error("identify needs a text or a whole number, or null to sign out");
}

class Shop {
  #listeners = new Set();
  #settings;

  constructor(settings, locale, base, changed) {
    this.#settings = settings;
    this._locale = locale;
    const visitor = twinAddress(settings);
    const boot = {
      site: settings,
      twin: visitor !== null,
      locale,
      page: null,
      optOut: navigator.globalPrivacyControl === true,
      seed: [...crypto.getRandomValues(new Uint32Array(8))],
    };
    const { endpoint, writeKey } = settings.events ?? {};
    this._driver = new Driver(boot, base, { endpoint, writeKey, visitor }, (anew) => {
      // After the call that changed something has returned.
      queueMicrotask(() => {
        changed(anew);
        this.#notify();
      });
    });
  }

  /** How prices are written: as the shop says, else as the page's language does. */
  get _prices() {
    const { currency, priceFormat } = this.#settings;
    return { currency, priceFormat, locale: this._locale };
  }

  #notify() {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        console.error(error);
      }
    }
  }

  async track(event, properties) {
    if (typeof event !== "string") throw new Error("track needs the name of an event");
    await this._driver.ask("track", event, plain(properties));
  }

  async identify(customer, traits) {
    await this._driver.ask("identify", customerId(customer), plain(traits));
  }

  async recommend(query) {
    return this._driver.ask("recommend", plain(query));
  }

  /**
   * The same products in this visitor's order: at once, as far as is known now; awaited, as far as it will be
   * known. So the array is also a promise, of a plain array.
   */
  rank(products) {
    const list = [...products];
    const asked = listed(list);
    const order = ordered(list, this._driver.order(asked));
    const whole = () => this._driver.ask("rank", asked).then((places) => ordered(list, places), () => [...order]);
    return Object.defineProperty(order, "then", { value: (done, failed) => whole().then(done, failed) });
  }

  visitor() {
    return this._driver.view("visitor");
  }

  history(entries) {
    this._driver.tell("history", deeds(entries));
  }

  setContext(context) {
    this._driver.tell("context", plain(context));
  }

  async consent(choice) {
    await this._driver.ask("consent", plain(choice));
  }

  async preferences(answers) {
    await this._driver.ask("preferences", plain(answers));
  }

  /** `true`: granted, `false`: withdrawn, `null`: not now. */
  async permission(channel, granted) {
    if (typeof channel !== "string" || !channel) throw new Error("permission needs a channel, as \"newsletter\"");
    if (granted === null) return this._driver.tell("later", channel);
    await this.track(granted === true ? "Permission Granted" : "Permission Withdrawn", { channel });
  }

  _nextPermission(channels) {
    return this._driver.nextPermission(channels);
  }

  async flush() {
    await this._driver.ask("flush");
  }

  async forget() {
    await this._driver.ask("forget");
  }

  export() {
    return this._driver.export();
  }

  diagnostics() {
    return this._driver.view("diagnostics");
  }

  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls by name, as the queue before start holds them. A wrong one is explained and passed over. */
  async push(command) {
    try {
      const [name, ...details] = command;
      if (!COMMANDS.includes(name)) throw new Error(`there is no such call; there are ${COMMANDS.join(", ")}`);
      await this[name](...details);
    } catch (error) {
      console.warn(`[tanish] ${command?.[0]}: ${error.message}`);
    }
  }
}
