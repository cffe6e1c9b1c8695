// Decisions without a page: Node, workers, edge runtimes.
import { EvaluatedCampaigns } from "./campaigns.js";
import { decrypt } from "./decrypt.js";
import { Files } from "./files.js";
import { EngineCore } from "./glue.js";
import { deeds, listed, millis, ordered, plain } from "./shop.js";
import { loadModule } from "./wasm.js";

/** Most times one question may ask for files: entries and packs, rows, cards, each twice at most. */
const MAX_ROUNDS = 16;

export class Engine {
  #core = new EngineCore();
  #files;
  #campaigns;
  #readCampaigns;

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
  static async load(load, { wasm, decryptionKey } = {}) {
    await loadModule(wasm);
    const engine = new Engine(load);
    engine.#readCampaigns = async () => {
      engine.#campaigns = await EvaluatedCampaigns.read(await load("campaigns.json"), decryptionKey);
    };
    await Promise.all([engine.#site(load), engine.refresh()]);
    return engine;
  }

  /** The shop's rules; a shop without `site.json` has none. */
  async #site(load) {
    const bytes = await load("site.json");
    if (!bytes) return;
    let problems;
    try {
      problems = this.#core.site(JSON.parse(new TextDecoder().decode(bytes)));
    } catch {
      problems = ["site.json: is not JSON; its rules are left out"];
    }
    for (const problem of problems) console.warn(`[tanish] ${problem}`);
  }

  /** Follows a new training and new campaigns: asks for the small entry files again, forgets what they no longer name. */
  async refresh() {
    await Promise.all([this.#files.refresh(), this.#readCampaigns()]);
  }

  /** What is wrong with `campaigns.json`: `[{path, problem}]`. */
  get problems() {
    return this.#campaigns.problems();
  }

  /** The keys of the features. */
  get features() {
    return this.#campaigns.keys();
  }

  /** A payload GrowthBook encrypted, in the open; `null` where key or payload are wrong. */
  static decrypt(payload, key) {
    return decrypt(payload, key);
  }

  evaluate(feature, attributes, options) {
    return this.#campaigns.evaluate(feature, attributes, options);
  }

  evaluateAll(attributes, options) {
    return this.#campaigns.evaluate(null, attributes, options);
  }

  run(experiment, attributes, options) {
    return this.#campaigns.run(experiment, attributes, options);
  }

  evalCondition(condition, attributes, { savedGroups } = {}) {
    return this.#campaigns.condition(condition, attributes, savedGroups);
  }

  async recommend({ history, now, ...query }) {
    return this.#ask("recommend", plain(query), history, now);
  }

  /** The same products in a visitor's order. */
  async rank(products, { history, now } = {}) {
    const list = [...products];
    const { places } = await this.#ask("rank", { products: listed(list) }, history, now);
    return ordered(list, places);
  }

  async #ask(what, query, history = [], now = Date.now()) {
    const present = millis(now);
    if (!(present >= 0)) throw new Error("now must be a time");
    const question = { ...query, history: deeds(history) };
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const answer = this.#core[what](question, present);
      if (answer.error) throw new Error(answer.error);
      if (!answer.needs) return answer;
      await Promise.all(answer.needs.map((request) => this.#files.get(request)));
    }
    throw new Error("the site folder keeps changing: try again");
  }
}
