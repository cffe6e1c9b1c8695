// Recommends on a server, from the files `tanish train` wrote: no browser, no page.
//
//   npm install && npm start -- ../../site 85123A
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Engine } from "tanish/engine";

const [folder, ...bought] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: npm start -- <site folder> [product bought…]");
  process.exit(2);
}

const engine = await Engine.load(async (name) => {
  try {
    return await readFile(join(folder, name));
  } catch {
    return null; // Absent: the engine works with whichever files are there.
  }
});

const now = new Date();
const history = bought.map((id) => ({ id, at: now, action: "purchase" as const }));
const { items } = await engine.recommend({ kind: "for-you", history, limit: 5, now });
for (const item of items) {
  console.log(JSON.stringify({ id: item.id, title: item.title, because: item.because }));
}
