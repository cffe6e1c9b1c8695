// Who is asked for consent, and by whom: loads what it takes, and only then.

/** Whether the page has a consent platform already. */
function platformThere() {
  const consents = (command) => command?.[0] === "consent";
  return (
    typeof window.__tcfapi === "function" ||
    typeof window.__gpp === "function" ||
    (Array.isArray(window.dataLayer) && window.dataLayer.some(consents))
  );
}

const LATER = 3000;

/** Hears the platforms that `consent.sources` names; without it those that are on the page. */
export function hearConsent({ sources } = {}, tell) {
  if (sources && !sources.some((name) => name !== "shop")) return;
  let heard = false;
  const hear = () => {
    if (heard || !(sources || platformThere())) return;
    heard = true;
    chunk(new URL("./consent.js", import.meta.url), ({ hearPlatforms }) => hearPlatforms(sources, tell));
  };
  hear();
  // Platforms load when they like.
  if (!heard) {
    addEventListener("load", hear, { once: true });
    setTimeout(hear, LATER);
  }
}

/** Shows the built-in banner where the shop wants it: until a choice, and whenever a control asks for it. */
export function offerBanner(shop, { mode, banner } = {}) {
  if (!banner) return;
  const show = (opener) => chunk(new URL("./banner.js", import.meta.url), ({ showBanner }) => showBanner(shop, shop._locale, banner, opener));
  document.addEventListener("click", (event) => {
    const opener = event.target?.closest?.("[data-tanish-consent]");
    if (!opener) return;
    event.preventDefault();
    show(opener);
  });
  if (mode === "ask" && !shop.visitor().consent.asked) show();
}

/** Offers the next step of permission in `<tanish-permission>`, where the shop names steps and the page has a place. */
export function offerPermission(shop, steps) {
  const named = Array.isArray(steps) && steps.length > 0;
  if (!named || !document.querySelector("tanish-permission")) return;
  chunk(new URL("./permission.js", import.meta.url), ({ definePermission }) => definePermission(shop, shop._locale, steps));
}

/** A part of the widget that few pages need. Without it the page goes on. */
function chunk(address, use) {
  import(/* @vite-ignore */ address.href).then(use).catch((error) => console.info(`[tanish] ${error.message}`));
}
