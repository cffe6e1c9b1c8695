// GrowthBook's conformance cases over the public Engine; what it can express. Runs in Node and in a browser.

/** The same content, whatever the order of members. */
function alike(a, b) {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && alike(a[key], b[key]));
}

/** A context's parts: attributes, and everything else as options. A context always means its features. */
function parts({ attributes = {}, ...options }) {
  return [attributes, { ...options, features: options.features ?? {} }];
}

function sticky(engine, [, context, documents, key, wanted, kept]) {
  const [attributes, options] = parts(context);
  const result = engine.evaluate(key, attributes, { ...options, stickyBuckets: documents });
  const own = ({ attributeName, attributeValue }) => attributes[attributeName] === attributeValue;
  const mine = Object.fromEntries(Object.entries(result.stickyBuckets).filter(([, document]) => own(document)));
  return [[result.experimentResult ?? null, mine], [wanted, kept]];
}

function redirects(engine, [, { experiments, ...context }, wanted]) {
  const [attributes, options] = parts(context);
  const results = experiments.map((experiment) => engine.run(experiment, attributes, options));
  const told = ({ inExperiment, urlRedirect = "", urlWithParams = "" }) => ({ inExperiment, urlRedirect, urlWithParams });
  return [results.map(told), wanted];
}

function feature(engine, [, context, key, wanted]) {
  return [engine.evaluate(key, ...parts(context)), wanted];
}

const SECTIONS = {
  evalCondition: (engine, [, condition, attributes, wanted, savedGroups = {}]) => [
    engine.evalCondition(condition, attributes, { savedGroups }),
    wanted,
  ],
  feature,
  contextualBandit: feature,
  run: (engine, [, context, experiment, ...wanted]) => {
    const { value, inExperiment, hashUsed } = engine.run(experiment, ...parts(context));
    return [[value, inExperiment, hashUsed], wanted];
  },
  stickyBucket: sticky,
  urlRedirect: redirects,
  decrypt: async (engine, [, payload, key, wanted]) => [await engine.constructor.decrypt(payload, key), wanted],
};

/** Runs all cases it can: `{ran, wrong}`, the latter with what came out. */
export async function conformance(engine, suite) {
  let ran = 0;
  const wrong = [];
  const flat = Object.entries(suite).flatMap(([name, section]) =>
    Array.isArray(section) ? [[name, section]] : section instanceof Object ? Object.entries(section) : [],
  );
  for (const [name, cases] of flat) {
    for (const one of SECTIONS[name] ? cases : []) {
      const [got, wanted] = await SECTIONS[name](engine, one);
      ran++;
      if (!alike(got, wanted)) wrong.push({ section: name, case: one[0], got, wanted });
    }
  }
  return { ran, wrong };
}
