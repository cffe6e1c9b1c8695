// The store of events: IndexedDB, shared by all tabs. What it cannot take stays in memory, and in
// the journal for the next page.

const DATABASE = "tanish";
const EVENTS = "events";
const PATIENCE = 3000;

/** Opens the database. One that is not there is made only to write into it. */
function openDatabase(create) {
  return new Promise((resolve, reject) => {
    let request;
    try {
      request = indexedDB.open(DATABASE, 1);
    } catch (error) {
      // Forbidden or not there at all: then nothing is in it.
      return create ? reject(error) : resolve(null);
    }
    const timer = setTimeout(() => reject(new Error("the database does not open")), PATIENCE);
    request.onupgradeneeded = () => {
      if (create) request.result.createObjectStore(EVENTS, { keyPath: "messageId" });
      else request.transaction.abort();
    };
    request.onerror = (event) => {
      clearTimeout(timer);
      // An aborted making is no error of the page's.
      event.preventDefault();
      if (create) reject(request.error);
      else resolve(null);
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      const database = request.result;
      // Another tab erases everything: let it.
      database.onversionchange = () => database.close();
      resolve(database);
    };
  });
}

function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // It has just ended.
  }
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Whether the journal has an event. */
function journalled(id) {
  try {
    return localStorage.getItem(`tanish.j.${id}`) !== null;
  } catch {
    return false;
  }
}

export class EventStore {
  #opening;
  #spare = new Map();
  // Transactions that may be broken off: the journal has what they write.
  #waiting = new Set();
  #sickUntil = 0;
  kind = "indexeddb";

  /** The open database; `null` where there is none and none is to be made. */
  async #database(create) {
    this.#opening ??= openDatabase(create);
    try {
      const database = await this.#opening;
      if (!database) this.#opening = undefined;
      return database ?? (create ? this.#database(true) : null);
    } catch (error) {
      // Tried anew the next time.
      this.#opening = undefined;
      throw error;
    }
  }

  /** Runs `act` on the object store; resolves with its answer once the disk has the transaction. */
  async #run(mode, act, { create, needed, again = true } = {}) {
    if (performance.now() < this.#sickUntil) throw new Error("the database does not answer");
    const database = await this.#database(create);
    if (!database) return undefined;
    let transaction;
    try {
      transaction = database.transaction(EVENTS, mode, { durability: "strict" });
    } catch (error) {
      // The connection was closed under us.
      this.#opening = undefined;
      if (again) return this.#run(mode, act, { create, needed, again: false });
      throw error;
    }
    if (!needed) this.#waiting.add(transaction);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
    const timer = setTimeout(() => {
      this.#sickUntil = performance.now() + 10 * PATIENCE;
      this.#opening = undefined;
      abort(transaction);
    }, PATIENCE);
    try {
      const [answer] = await Promise.all([act(transaction.objectStore(EVENTS)), done]);
      return answer;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(transaction);
    }
  }

  /**
   * The page is left: what can be done again is broken off. WebKit puts a page to sleep with its transactions
   * open, and then no other page of the origin gets at the store.
   */
  leave() {
    this.#waiting.forEach(abort);
    this.#close();
  }

  #close() {
    const opening = this.#opening;
    this.#opening = undefined;
    return opening?.then((database) => database?.close(), () => {});
  }

  /** Keeps events; answers the ids on disk, those in the journal alone, and those in memory alone. */
  async put(events) {
    const ids = events.map((event) => event.messageId);
    try {
      const write = (store) => events.forEach((event) => store.put(event));
      await this.#run("readwrite", write, { create: true, needed: !ids.every(journalled) });
      this.kind = "indexeddb";
      return [ids, [], []];
    } catch {
      for (const event of events) this.#spare.set(event.messageId, event);
      const lasting = ids.filter(journalled);
      const fleeting = ids.filter((id) => !lasting.includes(id));
      this.kind = fleeting.length ? "memory" : "localstorage";
      return [[], lasting, fleeting];
    }
  }

  /** The first events, or all of them, in the order of their ids. */
  async first(limit) {
    const read = this.#run("readonly", (store) => settled(store.getAll(null, limit)));
    // What is at hand goes out though the database hangs.
    const kept = (await (this.#spare.size ? read.catch(() => []) : read)) ?? [];
    if (!this.#spare.size) return kept;
    const all = [...kept, ...this.#spare.values()];
    return all.sort((a, b) => (a.messageId < b.messageId ? -1 : 1)).slice(0, limit);
  }

  async remove(ids) {
    const kept = ids.filter((id) => !this.#spare.delete(id));
    if (kept.length) await this.#run("readwrite", (store) => kept.forEach((id) => store.delete(id)));
  }

  async count() {
    const read = this.#run("readonly", (store) => settled(store.count()));
    return ((await read.catch(() => 0)) ?? 0) + this.#spare.size;
  }

  /** Drops the oldest events. */
  async trim(count) {
    await this.remove((await this.first(count)).map((event) => event.messageId));
  }

  /** Leaves nothing. */
  async erase() {
    this.#spare.clear();
    await this.#close();
    await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(DATABASE);
      request.onsuccess = request.onerror = request.onblocked = resolve;
    }).catch(() => {});
  }
}
