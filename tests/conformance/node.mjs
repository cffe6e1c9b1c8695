// node node.mjs <suite> <package> [<module>]: the cases over the Engine, and over the module's own runner.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { conformance } from "./engine.js";

const [suitePath, packagePath, modulePath] = process.argv.slice(2);
const suite = JSON.parse(await readFile(suitePath));
const at = (folder, file) => import(pathToFileURL(`${folder}/${file}`));

if (modulePath) {
  const module = await at(modulePath, "module.mjs");
  const { Engine } = await at(packagePath, "engine.js");
  await module.default({ module_or_path: await readFile(`${modulePath}/module.wasm`) });
  let ran = 0;
  const wrong = [];
  const flat = Object.entries(suite).flatMap(([name, section]) =>
    Array.isArray(section) ? [[name, section]] : section instanceof Object ? Object.entries(section) : [],
  );
  for (const [section, cases] of flat) {
    for (const one of cases) {
      ran++;
      const decrypted = async () => ((await Engine.decrypt(one[1], one[2])) === one[3] ? undefined : "other text");
      const got = section === "decrypt" ? await decrypted() : module.conformance(section, one);
      if (got !== undefined) wrong.push({ section, case: one, got });
    }
  }
  console.log(JSON.stringify({ ran, wrong }));
} else {
  const { Engine } = await at(packagePath, "engine.js");
  console.log(JSON.stringify(await conformance(await Engine.load(() => null), suite)));
}
