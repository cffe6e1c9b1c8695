// Carries out what the module decides, and tells it what came of it.
import { Core, unjournal } from "./glue.js";
import { ENTRIES, Files, fetchFile } from "./files.js";
import { send } from "./send.js";
import { EventStore } from "./store.js";
import { channel, compete } from "./tabs.js";
import { Twin } from "./twin.js";

export class Driver {
  #core;
  #store = new EventStore();
  #tickets = new Map();
  #next = 1;
  #timer;
  #line;
  #yield;
  #address;
  #files;
  #target;
  #changed;
  #broken = false;
  #twin;
  #erasing;

  constructor(boot, base, target, changed) {
    this.#twin = new Twin(target.visitor);
    this.#files = new Files(
      (name, range) => fetchFile(base, name, ENTRIES.includes(name), range),
      (name, bytes) => this.file(name, bytes),
    );
    this.#target = target;
    this.#changed = changed;
    this.#core = new Core(boot, Date.now());
  }

  /** Opens the ears: other tabs, the network, the page's end. */
  listen() {
    addEventListener("storage", (event) => {
      // `clear()` of the local storage has no key; of another storage it says nothing to us.
      const ours = event.key === "tanish" || event.key === null;
      if (ours && event.storageArea === localStorageOrNull()) this.tell("storage");
    });
    addEventListener("online", () => this.tell("woken"));
    document.addEventListener("visibilitychange", () => {
      // On another subdomain someone may have signed in or out meanwhile.
      this.tell(document.visibilityState === "hidden" ? "hidden" : "look");
    });
    // A held lock would keep the page out of the back/forward cache.
    addEventListener("pagehide", () => {
      this.tell("hidden");
      const joined = this.#line !== undefined;
      this.#leave();
      this.#store.leave();
      const back = (event) => {
        if (!event.persisted) return;
        this.tell("look");
        if (joined) this.#join();
      };
      addEventListener("pageshow", back, { once: true });
    });
  }

  #leave() {
    this.#yield?.();
    this.#line?.close();
    this.#line = this.#yield = undefined;
  }

  #join() {
    if (this.#line) return;
    this.#line = channel(({ poke, sent }) => {
      if (poke) this.tell("poked");
      if (Array.isArray(sent)) this.tell("announced", sent);
    });
    this.#yield = compete((leads) => this.tell("lead", leads));
  }

  // A page may change its address without loading: what it tells bears the present one.
  #here() {
    if (location.href === this.#address) return;
    this.#address = location.href;
    this.tell("page", {
      url: publicAddress(location),
      path: location.pathname,
      title: document.title,
      referrer: document.referrer && publicAddress(new URL(document.referrer)),
    });
  }

  /** Tells the module something. */
  tell(name, ...details) {
    this.#enter(() => this.#core.call(name, details, Date.now()));
  }

  /** Asks the module for something that takes time. */
  ask(name, ...details) {
    this.#here();
    return new Promise((resolve, reject) => {
      const ticket = this.#next++;
      this.#tickets.set(ticket, { resolve, reject });
      this.tell(name, ticket, ...details);
    });
  }

  /** Places of a list in the visitor's order, as far as is known now; nothing where the module stopped. */
  order(products) {
    let places;
    this.#enter(() => {
      const [order, effects] = this.#core.order(products, Date.now());
      places = order;
      return effects;
    });
    return places;
  }

  file(name, bytes) {
    this.#enter(() => this.#core.file(name, bytes ?? undefined));
  }

  view(name) {
    const seen = this.#core.view(name, Date.now());
    return name === "diagnostics" ? { ...seen, store: this.#store.kind } : seen;
  }

  nextPermission(channels) {
    return this.#core.next_permission(channels, Date.now());
  }

  /** All that is kept of the visitor who is here now. */
  async export() {
    const { profile } = this.view("export");
    const events = await this.#store.first().catch(() => []);
    return { profile, events: events.filter((event) => profile.id && event.anonymousId === profile.id) };
  }

  // A module that fails must not take the page with it: from then on it is left alone.
  #enter(act) {
    if (this.#broken) return this.#abandon();
    let effects;
    try {
      effects = act();
    } catch (error) {
      this.#broken = true;
      console.info("[tanish] stopped:", error);
      return this.#abandon();
    }
    for (const [what, ...details] of effects) this.#carryOut(what, details);
  }

  #abandon() {
    for (const { reject } of this.#tickets.values()) reject(new Error("tanish stopped"));
    this.#tickets.clear();
  }

  #carryOut(what, [first, second, third]) {
    const act = {
      fetch: () => first.forEach((request) => this.#files.get(request)),
      resolve: () => this.#settle(first, (ticket) => ticket.resolve(second)),
      reject: () => this.#settle(first, (ticket) => ticket.reject(new Error(second))),
      // A burst of calls is one write, at the end of its task.
      save: () => queueMicrotask(() => this.#enter(() => this.#core.save(Date.now()))),
      changed: () => this.#changed(first),
      warn: () => console.warn(`[tanish] ${first}`),
      store: async () => {
        const [safe, journalled, fleeting] = await this.#store.put(first);
        this.#keep.push(...journalled);
        this.tell("stored", [...safe, ...journalled], fleeting);
      },
      // What the store does not have stays in the journal until it is delivered.
      unjournal: () => unjournal(first.filter((id) => !this.#keep.includes(id))),
      load: () => this.#store.first(first).then((events) => this.tell("loaded", events), () => this.tell("store_failed", [])),
      remove: () => this.#store.remove(first).then(() => this.#removed(first), () => this.tell("store_failed", first)),
      count: async () => this.tell("counted", await this.#store.count()),
      trim: () => this.#store.trim(first).catch(() => {}),
      send: async () => this.tell("answered", first, ...(await send(this.#target, second, third)), third),
      poke: () => this.#line?.say({ poke: true }),
      announce: () => this.#line?.say({ sent: first }),
      wake: () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.tell("woken"), first);
      },
      join: () => this.#join(),
      askTwin: () => this.#twin.ask(first).then((id) => this.tell("twin", first, id)),
      clearTwin: () => this.#twin.clear(this.#erasing).then((cleared) => this.tell("twin_cleared", cleared)),
      erase: async () => {
        this.#leave();
        this.#keep = [];
        await (this.#erasing = this.#store.erase());
        if (first !== undefined) this.#settle(first, (ticket) => ticket.resolve());
      },
    }[what];
    act?.();
  }

  #keep = [];

  #removed(ids) {
    unjournal(ids);
    this.#keep = this.#keep.filter((id) => !ids.includes(id));
    this.tell("removed", ids);
  }

  #settle(number, settle) {
    const ticket = this.#tickets.get(number);
    this.#tickets.delete(number);
    if (ticket) settle(ticket);
  }
}

function localStorageOrNull() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

// Addresses carry reset tokens, mail addresses, session ids: only what tells where a visit came from,
// and what was searched, leaves the page.
const PUBLIC = /^(utm_.*|gclid|fbclid|yclid|ref|q)$/;

function publicAddress(address) {
  const kept = [...new URLSearchParams(address.search)].filter(([name]) => PUBLIC.test(name));
  const search = new URLSearchParams(kept).toString();
  return address.origin + address.pathname + (search && `?${search}`);
}
