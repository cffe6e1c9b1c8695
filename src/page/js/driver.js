// Carries out what the module decides, and tells it what came of it.
import { Core, unjournal } from "./glue.js";
import { fetchFile } from "./files.js";
import { send } from "./send.js";
import { EventStore } from "./store.js";
import { channel, compete } from "./tabs.js";

export class Driver {
  #core;
  #store = new EventStore();
  #tickets = new Map();
  #next = 1;
  #timer;
  #line;
  #yield;
  #base;
  #target;
  #changed;
  #broken = false;

  constructor(boot, base, target, changed) {
    this.#base = base;
    this.#target = target;
    this.#changed = changed;
    this.#core = new Core(boot, Date.now());
  }

  /** Opens the ears: other tabs, the network, the page's end. What the start decided is done first. */
  listen() {
    this.tell("page", this.page());
    addEventListener("storage", (event) => {
      if (event.key === "tanish" || event.key === null) this.tell("storage", parse(event.newValue));
    });
    addEventListener("online", () => this.tell("woken"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.tell("hidden");
    });
    // A held lock would keep the page out of the back/forward cache.
    addEventListener("pagehide", () => {
      this.tell("hidden");
      const joined = this.#line !== undefined;
      this.#leave();
      addEventListener("pageshow", (event) => event.persisted && joined && this.#join(), { once: true });
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

  page() {
    return { url: location.href, path: location.pathname, title: document.title, referrer: document.referrer };
  }

  /** Tells the module something. */
  tell(name, ...details) {
    this.#enter(() => this.#core.call(name, details, Date.now()));
  }

  /** Asks the module for something that takes time. */
  ask(name, ...details) {
    return new Promise((resolve, reject) => {
      const ticket = this.#next++;
      this.#tickets.set(ticket, { resolve, reject });
      this.tell(name, ticket, ...details);
    });
  }

  file(name, bytes) {
    this.#enter(() => this.#core.file(name, bytes ?? undefined));
  }

  view(name) {
    const seen = this.#broken ? {} : this.#core.view(name, Date.now());
    return name === "diagnostics" ? { ...seen, store: this.#store.kind } : seen;
  }

  async export() {
    return { ...this.view("export"), events: await this.#store.first() };
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
      fetch: () => first.forEach((name) => fetchFile(this.#base, name).then((bytes) => this.file(name, bytes))),
      resolve: () => this.#settle(first, (ticket) => ticket.resolve(second)),
      reject: () => this.#settle(first, (ticket) => ticket.reject(new Error(second))),
      changed: () => this.#changed(),
      warn: () => console.warn(`[tanish] ${first}`),
      store: async () => {
        const safe = await this.#store.put(first);
        if (safe.length < first.length) this.#unsafe = true;
        this.tell("stored", first.map((event) => event.messageId));
      },
      // What only memory has stays in the journal until it is delivered.
      unjournal: () => this.#unsafe || unjournal(first),
      load: async () => this.tell("loaded", await this.#store.first(first)),
      remove: async () => {
        await this.#store.remove(first);
        unjournal(first);
        this.tell("removed", first);
      },
      count: async () => this.tell("counted", await this.#store.count()),
      trim: () => this.#store.trim(first),
      send: async () => this.tell("answered", first, ...(await send(this.#target, second, third))),
      poke: () => this.#line?.say({ poke: true }),
      announce: () => this.#line?.say({ sent: first }),
      wake: () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.tell("woken"), first);
      },
      join: () => this.#join(),
      erase: () => {
        this.#leave();
        return this.#store.erase();
      },
    }[what];
    act?.();
  }

  #unsafe = false;

  #settle(number, settle) {
    const ticket = this.#tickets.get(number);
    this.#tickets.delete(number);
    if (ticket) settle(ticket);
  }
}

function parse(text) {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
