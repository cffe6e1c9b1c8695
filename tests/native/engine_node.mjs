// A process that lives long: `node engine_node.mjs <engine.js> <site folder> <ranges|whole>`. Each line of
// standard input is a command: `ask`, `refresh`; each answer is a line of JSON.
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [module, folder, reads] = process.argv.slice(2);
const { Engine } = await import(pathToFileURL(module));

let asked = [];
async function read(name, range) {
  asked.push(range ? `${name}#${range.from}-${range.to}` : name);
  try {
    if (!range || reads === "whole") return await readFile(join(folder, name));
    const file = await open(join(folder, name));
    try {
      const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(range.to - range.from + 1), position: range.from });
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

const engine = await Engine.load(read);
console.log("ready");
const now = Date.parse("2026-11-22T10:00:00Z");
const history = [{ id: "teapot", at: now - 1000, action: "view" }];
for await (const command of createInterface({ input: process.stdin })) {
  if (command === "refresh") await engine.refresh();
  // Several at once: each file is asked for once.
  const question = { kind: "for-you", history, limit: 4, now };
  const answers = await Promise.all([1, 2, 3].map(() => engine.recommend(question)));
  const items = answers[0].items.map(({ id, price }) => ({ id, price }));
  console.log(JSON.stringify({ items, asked, same: new Set(answers.map((one) => JSON.stringify(one))).size }));
  asked = [];
}
