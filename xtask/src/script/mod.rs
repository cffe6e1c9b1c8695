//! The page's JavaScript: from small modules to one small file.
//!
//! A module may use these forms only, and the bundler refuses the rest with file and line:
//! `import { a, b } from "./sibling.js"`, `import init, { C } from "./sibling.js"`,
//! `export function|async function|class|const|let`, `export { a, b as default }`.
//! Top-level names are unique over all modules of a bundle.

mod bundle;
mod minify;
mod module;
mod shake;
mod token;

pub use bundle::{Bundle, Sources, bundle};
pub use minify::minify;
