// The module: fetched and started once, wherever this runs.
import init from "./glue.js";

let starting;

/** Starts the module; `source` (its bytes, a Response, a compiled module, or a promise) spares the fetch. */
export function loadModule(source) {
  starting ??= init({ module_or_path: source ?? fullModule() });
  // A failed start may be tried again.
  starting.catch(() => (starting = undefined));
  return starting;
}

/** The module without rules, rarer kinds and campaigns: what a first visit needs, in the fewest bytes. */
export const smallModule = (signal) => moduleBytes(new URL(__TANISH_WASM__, import.meta.url), signal);

/** The module with everything. */
export const fullModule = () => moduleBytes(new URL(__TANISH_FULL__, import.meta.url));

async function moduleBytes(address, signal) {
  if (address.protocol !== "file:") {
    const response = await fetch(address, { signal });
    if (!response.ok) throw new Error(`${address.pathname} answered ${response.status}`);
    // Streaming wants the right type; a server that does not know it still serves the bytes.
    const streams = response.headers.get("Content-Type")?.startsWith("application/wasm");
    return streams ? response : response.arrayBuffer();
  }
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ "node:fs/promises");
  return readFile(address);
}
