// The store of events: IndexedDB, shared by all tabs. What it cannot take stays in memory, and in
// the journal for the next page.

const DATABASE = "tanish";
const EVENTS = "events";
const PATIENCE = 3000;

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    const timer = setTimeout(() => reject(new Error("blocked")), PATIENCE);
    request.onupgradeneeded = () => request.result.createObjectStore(EVENTS, { keyPath: "messageId" });
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      clearTimeout(timer);
      const database = request.result;
      // Another tab erases everything: let it.
      database.onversionchange = () => database.close();
      resolve(database);
    };
  });
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Where events are safe that the database does not take: in the journal, if there is one. */
function fallback() {
  try {
    localStorage.setItem("tanish.t", "");
    localStorage.removeItem("tanish.t");
    return "localstorage";
  } catch {
    return "memory";
  }
}

export class EventStore {
  #opening;
  #spare = new Map();
  kind = "indexeddb";

  /** The open database, `null` where there is none. */
  #database() {
    this.#opening ??= openDatabase().catch(() => {
      this.kind = fallback();
      return null;
    });
    return this.#opening;
  }

  /** Runs `act` on the object store; resolves with its answer once the disk has the transaction. */
  async #run(mode, act) {
    let database = await this.#database();
    if (!database) return undefined;
    let transaction;
    try {
      transaction = database.transaction(EVENTS, mode, { durability: "strict" });
    } catch {
      // The connection was closed under us: open it anew, once.
      this.#opening = undefined;
      database = await this.#database();
      if (!database) return undefined;
      transaction = database.transaction(EVENTS, mode, { durability: "strict" });
    }
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    const answer = await Promise.all([act(transaction.objectStore(EVENTS)), done]);
    return answer[0];
  }

  /** Keeps events; answers the ids that are safe on disk. */
  async put(events) {
    const kept = await this.#run("readwrite", (store) => {
      for (const event of events) store.put(event);
      return true;
    }).catch(() => false);
    if (kept) return events.map((event) => event.messageId);
    this.kind = fallback();
    for (const event of events) this.#spare.set(event.messageId, event);
    return [];
  }

  /** The first events, or all of them, in the order of their ids. */
  async first(limit) {
    const kept = (await this.#run("readonly", (store) => settled(store.getAll(null, limit))).catch(() => [])) ?? [];
    if (!this.#spare.size) return kept;
    const all = [...kept, ...this.#spare.values()];
    return all.sort((a, b) => (a.messageId < b.messageId ? -1 : 1)).slice(0, limit);
  }

  async remove(ids) {
    for (const id of ids) this.#spare.delete(id);
    await this.#run("readwrite", (store) => {
      for (const id of ids) store.delete(id);
    }).catch(() => {});
  }

  async count() {
    const kept = await this.#run("readonly", (store) => settled(store.count())).catch(() => 0);
    return (kept ?? 0) + this.#spare.size;
  }

  /** Drops the oldest events. */
  async trim(count) {
    await this.remove((await this.first(count)).map((event) => event.messageId));
  }

  /** Leaves nothing. */
  async erase() {
    this.#spare.clear();
    (await this.#database())?.close();
    this.#opening = Promise.resolve(null);
    await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(DATABASE);
      request.onsuccess = request.onerror = request.onblocked = resolve;
    }).catch(() => {});
    this.#opening = undefined;
  }
}
