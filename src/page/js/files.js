// Files of the site folder. The entries are revalidated, all else never changes.

/** Small files that say what is current. */
export const ENTRIES = ["model/entry.bin", "catalog/entry.bin"];

/** The bytes of a file, or those `from` … `to` of it; `null` where there is none. */
export async function fetchFile(base, name, entry = false, range) {
  try {
    const headers = range ? { Range: `bytes=${range.from}-${range.to}` } : {};
    const response = await fetch(new URL(name, base), { cache: entry ? "no-cache" : "default", headers });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/** Brings the module the files it asks for. */
export class Files {
  #load;
  #take;
  #coming = new Map();
  #missed;

  /** `load(name, range)` gives bytes or `null`, where it can those of the range only; `take(name, bytes)` hands them on. */
  constructor(load, take) {
    this.#load = load;
    this.#take = take;
  }

  /** Brings a file, once for all who ask while it is under way. `request`: its name, or `name@pack#from-to`. */
  get(request) {
    const [, name, pack, from, to] = /^([^@]+)(?:@(.+)#(\d+)-(\d+))?$/.exec(request);
    let coming = this.#coming.get(name);
    if (!coming) {
      coming = this.#bring(name, pack, Number(from), Number(to)).finally(() => this.#coming.delete(name));
      this.#coming.set(name, coming);
    }
    return coming;
  }

  async #bring(name, pack, from, to) {
    let bytes = await (pack ? this.#load(pack, { from, to }) : this.#load(name));
    // A host that knows no ranges sends all.
    if (pack && bytes && bytes.length > to - from + 1) bytes = bytes.slice(from, to + 1);
    // A file that is gone may be of a training that is past: once for each the entries are asked again.
    const generation = name.split("/", 2).join("/");
    if (!bytes && !ENTRIES.includes(name) && this.#missed !== generation) {
      this.#missed = generation;
      await this.refresh();
    }
    this.#take(name, bytes ?? undefined);
  }

  /** Asks for the entries again; what they no longer name is forgotten. */
  async refresh() {
    await Promise.all(ENTRIES.map((name) => this.get(name)));
  }
}
