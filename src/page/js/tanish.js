// The entry: starts itself only where a script element with `data-site` names it.
import { Engine } from "./engine-core.js";
import { defineRecommendations } from "./recommendations.js";
import { openShop } from "./shop.js";

export { Engine };
export const version = __TANISH_VERSION__;

let started;

/** Starts Tanish in this page; a second call returns the same shop. */
export function start(options) {
  return (started ??= begin(options));
}

async function begin(options) {
  const opening = openShop(options);
  const elements = opening.then((shop) => {
    takeOver(shop);
    return shop;
  });
  elements.catch(() => (started = undefined));
  if (typeof customElements !== "undefined") {
    const again = defineRecommendations(elements);
    opening.then((shop) => (shop._decideAgain = again)).catch(() => {});
  }
  return elements;
}

/** `window.tanish` was a queue; now it is the shop, and the queue is worked off in order. */
function takeOver(shop) {
  const queue = Array.isArray(window.tanish) ? window.tanish : [];
  window.tanish = shop;
  for (const command of queue) shop.push(command);
}

function ownScript() {
  if (typeof document === "undefined") return null;
  const scripts = [...document.querySelectorAll("script[data-site]")];
  return scripts.find((script) => script.src === import.meta.url) ?? null;
}

const script = ownScript();
if (script) {
  start({ site: script.dataset.site }).catch((error) => console.info(`[tanish] not started: ${error.message}`));
}
