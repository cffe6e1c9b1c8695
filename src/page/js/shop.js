// The shop, as its page sees it.
import { Driver } from "./driver.js";
import { fetchFile } from "./files.js";
import { loadModule } from "./wasm.js";

const ENTRIES = ["model/entry.bin", "catalog/entry.bin"];

/** Starts the shop of this page. */
export async function openShop({ site = "/tanish/site.json", language, wasm, ...overrides } = {}) {
  if (typeof document === "undefined") throw new Error("start() needs a page; use tanish/engine elsewhere");
  const address = new URL(site, document.baseURI);
  const base = new URL(".", address);
  const [file, entries] = await Promise.all([
    fetchFile(base, address.pathname.split("/").pop() + address.search),
    Promise.all(ENTRIES.map((name) => fetchFile(base, name))),
    loadModule(wasm),
  ]);
  if (!file) throw new Error(`cannot read ${address.pathname}`);
  const settings = merge(JSON.parse(new TextDecoder().decode(file)), plain(overrides) ?? {});
  const locale = language ?? (document.documentElement.lang || navigator.language || "en");
  const shop = new Shop(settings, locale, base);
  ENTRIES.forEach((name, place) => shop._driver.file(name, entries[place]));
  shop._driver.listen();
  return shop;
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
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

/** Milliseconds of a Date, a number or a text; NaN for none. */
export function millis(at) {
  return typeof at === "number" ? at : new Date(at).getTime();
}

class Shop {
  #listeners = new Set();
  #settings;

  constructor(settings, locale, base) {
    this.#settings = settings;
    this._locale = locale;
    const boot = {
      site: settings,
      locale,
      page: null,
      optOut: navigator.globalPrivacyControl === true,
      seed: [...crypto.getRandomValues(new Uint32Array(8))],
    };
    const { endpoint, writeKey } = settings.events ?? {};
    this._driver = new Driver(boot, base, { endpoint, writeKey }, () => this.#notify());
  }

  /** How prices are written: as the shop says, else as the page's language does. */
  get _prices() {
    const { currency, priceFormat } = this.#settings;
    return { currency, priceFormat, locale: this._locale };
  }

  #notify() {
    // After the call that changed something has returned.
    queueMicrotask(() => {
      for (const listener of this.#listeners) {
        try {
          listener();
        } catch (error) {
          console.error(error);
        }
      }
    });
  }

  track(event, properties) {
    return this._driver.ask("track", String(event), plain(properties));
  }

  async identify(customer, traits) {
    await this._driver.ask("identify", customer === null ? null : String(customer), plain(traits));
    this._decideAgain();
  }

  recommend(query) {
    return this._driver.ask("recommend", plain(query));
  }

  visitor() {
    return this._driver.view("visitor");
  }

  history(entries) {
    this._driver.tell("history", entries.map((entry) => ({ ...plain(entry), at: millis(entry.at) })));
    this._decideAgain();
  }

  async consent(choice) {
    await this._driver.ask("consent", plain(choice));
    this._decideAgain();
  }

  flush() {
    return this._driver.ask("flush");
  }

  async forget() {
    await this._driver.ask("forget");
    this._decideAgain();
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

  /** Calls by name, as the queue before start holds them. */
  push(command) {
    const [name, ...details] = command;
    if (!name.startsWith("_") && typeof this[name] === "function") {
      Promise.resolve(this[name](...details)).catch((error) => console.warn(`[tanish] ${name}: ${error.message}`));
    } else {
      console.warn(`[tanish] there is no "${name}"`);
    }
  }

  /** Set by the elements: another person or choice, another decision. */
  _decideAgain() {}
}
