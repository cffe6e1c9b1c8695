// `tanish/engine`: the same code, without a page. Its own file with a module of its own, so that a page pays for
// neither and may use both.
import { Engine } from "./engine-core.js";
export { Engine };
