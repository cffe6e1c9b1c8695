// Recommendations without a page: Node, workers, edge runtimes.
import { Files } from "./files.js";
import { EngineCore } from "./glue.js";
import { deeds, millis, plain } from "./shop.js";
import { loadModule } from "./wasm.js";

/** Most times one question may ask for files: entries and packs, rows, cards, each twice at most. */
const MAX_ROUNDS = 16;

export class Engine {
  #core = new EngineCore();
  #files;

  constructor(load) {
    this.#files = new Files(
      async (name, range) => load(name, range),
      (name, bytes) => {
        const problem = this.#core.file(name, bytes);
        if (problem) console.warn(`[tanish] ${name}: ${problem}`);
      },
    );
  }

  /** `load(name, range)` gives the bytes of a file of the site folder, `null` where there is none. */
  static async load(load, { wasm } = {}) {
    await loadModule(wasm);
    const engine = new Engine(load);
    await engine.refresh();
    return engine;
  }

  /** Follows a new training: asks for the small entry files again, forgets what they no longer name. */
  refresh() {
    return this.#files.refresh();
  }

  async recommend({ history = [], now = Date.now(), ...query }) {
    const present = millis(now);
    if (!(present >= 0)) throw new Error("now must be a time");
    const question = { ...plain(query), history: deeds(history) };
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const answer = this.#core.recommend(question, present);
      if (answer.error) throw new Error(answer.error);
      if (!answer.needs) return answer;
      await Promise.all(answer.needs.map((request) => this.#files.get(request)));
    }
    throw new Error("the site folder keeps changing: try again");
  }
}
