// An edge worker's world: web standards and nothing of Node, no fetch of the module. The worker's own code is
// `edge`; around it stands what a platform does: hand over the module and the files.
// `node --experimental-vm-modules engine_edge.mjs <pkg folder> <site folder>` prints one JSON line.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import vm from "node:vm";

const [pkg, folder] = process.argv.slice(2);
const world = vm.createContext({ URL, TextEncoder, TextDecoder, queueMicrotask, console });

async function script(name) {
  const text = await readFile(join(pkg, name), "utf8");
  const options = { context: world, identifier: name, initializeImportMeta: (meta) => (meta.url = `https://edge.example/${name}`) };
  return new vm.SourceTextModule(text, options);
}

const scripts = new Map();
const engine = await script("engine.js");
await engine.link(async (name) => {
  if (!scripts.has(name)) scripts.set(name, await script(name));
  return scripts.get(name);
});
await engine.evaluate();

const edge = vm.runInContext(
  `async ({ Engine }, bytes, read, question) => {
    const engine = await Engine.load(read, { wasm: new WebAssembly.Module(bytes) });
    return engine.recommend(question);
  }`,
  world,
);
const wasm = (await readdir(pkg)).find((name) => /^tanish-full\.\w+\.wasm$/.test(name));
const read = (name) => readFile(join(folder, name)).catch(() => null);
const now = Date.parse("2026-11-22T10:00:00Z");
const history = [{ id: "teapot", at: now - 1000, action: "view" }];
const question = { kind: "for-you", history, limit: 4, now };
const answer = await edge(engine.namespace, await readFile(join(pkg, wasm)), read, question);

// The same in Node itself.
const { Engine } = await import(new URL(join(pkg, "engine.js"), "file:"));
const here = await (await Engine.load(read)).recommend(question);
console.log(JSON.stringify({ edge: answer.items, node: here.items }));
