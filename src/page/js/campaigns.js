// Campaigns in GrowthBook's format, evaluated in the module.
import { decrypt } from "./decrypt.js";
import { CampaignsCore } from "./glue.js";

const PARTS = ["features", "experiments", "savedGroups", "contextualBandits"];

export class EvaluatedCampaigns {
  #payload;
  #core;

  constructor(payload) {
    this.#payload = payload;
    this.#core = new CampaignsCore(payload);
  }

  /** Reads the bytes of `campaigns.json`; none, and none that can be read, are no campaigns. */
  static async read(bytes, key) {
    let payload = {};
    try {
      if (bytes) payload = await opened(JSON.parse(new TextDecoder().decode(bytes)), key);
    } catch (error) {
      console.warn(`[tanish] campaigns.json: ${error.message}`);
    }
    return new EvaluatedCampaigns(payload instanceof Object ? payload : {});
  }

  /** The features as they stand in the payload. */
  get features() {
    const { features } = this.#payload;
    return PARTS.some((part) => part in this.#payload) ? (features ?? {}) : this.#payload;
  }

  problems() {
    return this.#core.problems();
  }

  keys() {
    return Object.keys(this.features);
  }

  /** One feature; all of them for `null`. */
  evaluate(feature, attributes = {}, options = {}) {
    return this.#with(options, (core, rest) => core.evaluate(feature ?? this.keys(), attributes, rest));
  }

  run(experiment, attributes = {}, options = {}) {
    return this.#with(options, (core, rest) => core.run(experiment, attributes, rest));
  }

  condition(condition, attributes = {}, groups = undefined) {
    return this.#core.condition(condition, attributes, groups);
  }

  // Parts of the payload may be given with the question; then they hold for this question only.
  #with(options, ask) {
    const given = PARTS.filter((part) => options[part] !== undefined);
    if (!given.length) return ask(this.#core, options);
    const payload = { features: this.features };
    for (const part of PARTS) payload[part] = options[part] ?? payload[part] ?? this.#payload[part];
    const core = new CampaignsCore(payload);
    try {
      return ask(core, Object.fromEntries(Object.entries(options).filter(([name]) => !PARTS.includes(name))));
    } finally {
      core.free();
    }
  }
}

/** The payload with its encrypted parts in the open. */
async function opened(payload, key) {
  for (const part of PARTS) {
    const name = `encrypted${part[0].toUpperCase()}${part.slice(1)}`;
    if (!payload?.[name]) continue;
    const text = await decrypt(payload[name], key);
    if (text === null) throw new Error(`${name} cannot be decrypted: is decryptionKey right?`);
    payload[part] = JSON.parse(text);
  }
  return payload;
}
