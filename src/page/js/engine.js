// `tanish/engine`: the same code, without a page.
import { Engine } from "./tanish.js";
export { Engine };
