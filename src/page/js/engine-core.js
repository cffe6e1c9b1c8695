// Recommendations without a page: Node, workers, edge runtimes.
import { EngineCore } from "./glue.js";
import { deeds, millis, plain } from "./shop.js";
import { loadModule } from "./wasm.js";

export class Engine {
  #core = new EngineCore();
  #load;
  #loading = new Map();

  constructor(load) {
    this.#load = load;
  }

  /** `load(name)` gives the bytes of a file of the site folder, `null` where there is none. */
  static async load(load, { wasm } = {}) {
    await loadModule(wasm);
    const engine = new Engine(load);
    await Promise.all(["model/entry.bin", "catalog/entry.bin"].map((name) => engine.#fetch(name)));
    return engine;
  }

  #fetch(name) {
    if (!this.#loading.has(name)) {
      const arrived = Promise.resolve(this.#load(name)).then((bytes) => {
        const problem = this.#core.file(name, bytes ?? undefined);
        if (problem) console.warn(`[tanish] ${name}: ${problem}`);
      });
      this.#loading.set(name, arrived);
      arrived.catch(() => this.#loading.delete(name));
    }
    return this.#loading.get(name);
  }

  async recommend({ history = [], now = Date.now(), ...query }) {
    const present = millis(now);
    if (!(present >= 0)) throw new Error("now must be a time");
    const question = { ...plain(query), history: deeds(history) };
    for (;;) {
      const answer = this.#core.recommend(question, present);
      if (answer.error) throw new Error(answer.error);
      if (!answer.needs) return answer;
      await Promise.all(answer.needs.map((name) => this.#fetch(name)));
    }
  }
}
