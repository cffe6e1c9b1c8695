// The entry: starts itself only where a script element with `data-site` names it.
import { decideAnew, defineRecommendations, provideShop } from "./recommendations.js";
import { openShop } from "./shop.js";

export const version = __TANISH_VERSION__;

let started;

/** Starts Tanish in this page; a second call returns the same shop. After a failure it may be called again. */
export function start(options) {
  started ??= begin(options);
  return started;
}

async function begin(options) {
  try {
    defineRecommendations();
    const shop = await openShop(options, (anew) => anew && decideAnew());
    takeOver(shop);
    provideShop(shop);
    return shop;
  } catch (error) {
    started = undefined;
    provideShop(null);
    throw error;
  }
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
