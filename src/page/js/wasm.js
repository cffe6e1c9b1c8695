// The module: fetched and started once, wherever this runs.
import init from "./glue.js";

let starting;

/** Starts the module; `source` (bytes, a Response, a compiled module) spares the fetch. */
export function loadModule(source) {
  starting ??= init({ module_or_path: source ?? moduleBytes() });
  // A failed start may be tried again.
  starting.catch(() => (starting = undefined));
  return starting;
}

async function moduleBytes() {
  const address = new URL(__TANISH_WASM__, import.meta.url);
  if (address.protocol !== "file:") {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address.pathname} answered ${response.status}`);
    // Streaming wants the right type; a server that does not know it still serves the bytes.
    const streams = response.headers.get("Content-Type")?.startsWith("application/wasm");
    return streams ? response : response.arrayBuffer();
  }
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ "node:fs/promises");
  return readFile(address);
}
