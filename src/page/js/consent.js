// What consent platforms say, in our three purposes. Its own file: most shops need one of these or none.
//
// IAB TCF purposes: analytics is 1 and 8; personalization is 1, 5 and 6; marketing is 1, 3 and 4.
// GPP: section tcfeuv2 as TCF; the US sections (usnat, usca …) can only refuse marketing.
// Google Consent Mode v2: analytics_storage; personalization_storage, else ad_personalization; marketing is
// ad_storage, ad_user_data and ad_personalization. A default is no choice: only an update counts.

const PATIENCE = 60000;
const STEP = 250;

/** Hears the named sources (all that are found, without names) and tells `said(source, answers)`. */
export function hearPlatforms(names, said) {
  const sources = { tcf: hearTcf, gpp: hearGpp, gcm: hearConsentMode };
  for (const name of names ?? Object.keys(sources)) {
    if (name === "shop") continue;
    if (sources[name]) sources[name]((answers) => said(name, answers));
    else console.warn(`[tanish] site.json: consent.sources has "${name}"; there are tcf, gpp, gcm and shop`);
  }
}

/** Waits until the page has a function of this name: platforms load when they like. */
function whenThere(name, act) {
  const until = Date.now() + PATIENCE;
  const look = () => {
    if (typeof window[name] === "function") act(window[name]);
    else if (Date.now() < until) setTimeout(look, STEP);
  };
  look();
}

/** No answer where any of the parts has none. */
function both(parts) {
  return parts.some((part) => part === undefined) ? null : parts.every(Boolean);
}

function byPurposes(yes) {
  return {
    analytics: both([1, 8].map(yes)),
    personalization: both([1, 5, 6].map(yes)),
    marketing: both([1, 3, 4].map(yes)),
  };
}

function hearTcf(said) {
  whenThere("__tcfapi", (api) =>
    api("addEventListener", 2, (data, success) => {
      const chosen = ["tcloaded", "useractioncomplete"].includes(data?.eventStatus);
      // Where the GDPR does not apply, or the question is still on the screen, nothing was chosen.
      if (!success || !chosen || data.gdprApplies === false) return;
      const given = (of, purpose) => of?.consents?.[purpose] === true;
      said(byPurposes((purpose) => given(data.purpose, purpose) || given(data.publisher, purpose)));
    }),
  );
}

const OPT_OUTS = ["SaleOptOut", "SharingOptOut", "TargetedAdvertisingOptOut"];

function hearGpp(said) {
  whenThere("__gpp", (api) =>
    api("addEventListener", (event) => {
      const { signalStatus, applicableSections = [], parsedSections = {} } = event?.pingData ?? {};
      if (signalStatus !== "ready" || applicableSections.includes(-1)) return;
      let answers = { analytics: null, personalization: null, marketing: null };
      for (const [name, parts] of Object.entries(parsedSections)) {
        const section = Object.assign({}, ...[parts].flat(2));
        if (name === "tcfeuv2") {
          const consents = section.PurposeConsents ?? [];
          answers = byPurposes((purpose) => consents[purpose - 1] === true);
        }
      }
      for (const [name, parts] of Object.entries(parsedSections)) {
        const section = Object.assign({}, ...[parts].flat(2));
        const out = OPT_OUTS.some((field) => section[field] === 1) || section.Gpc === true;
        if (name.startsWith("us") && out) answers.marketing = false;
      }
      said(answers);
    }),
  );
}

function hearConsentMode(said) {
  const state = {};
  const take = (command) => {
    const [what, kind, update] = command && typeof command === "object" ? [...Array.from(command)] : [];
    if (what !== "consent" || kind !== "update" || !update) return;
    Object.assign(state, update);
    const granted = (name) => (name in state ? state[name] === "granted" : undefined);
    said({
      analytics: both([granted("analytics_storage")]),
      personalization: both([granted("personalization_storage") ?? granted("ad_personalization")]),
      marketing: both(["ad_storage", "ad_user_data", "ad_personalization"].map(granted)),
    });
  };
  const layer = (window.dataLayer ??= []);
  const push = layer.push;
  layer.push = function (...commands) {
    const length = push.apply(layer, commands);
    commands.forEach(take);
    return length;
  };
  // The tag manager may have replaced what it took; what is still there is told first.
  Array.from(layer).forEach(take);
}
