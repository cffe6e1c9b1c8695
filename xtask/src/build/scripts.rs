//! The page's JavaScript: `src/page/js/` and the glue become `pkg/tanish.js` and `pkg/engine.js`.

use crate::error::Error;
use crate::script::{Sources, bundle, minify};
use crate::workspace;

/// Where the page's own modules lie.
const FOLDER: &str = "src/page/js";

/// The scripts that `tanish.js` loads by name, when a page needs them.
const PARTS: [&str; 3] = ["banner.js", "consent.js", "permission.js"];

/// The name of the glue beside the page's own modules.
const GLUE: &str = "glue.js";

/// What wasm-bindgen calls the module it expects beside its glue.
const DEFAULT_MODULE: &str = "tanish_bg.wasm";

/// The scripts of the package.
pub struct Scripts {
    /// `tanish.js`: everything a page needs.
    pub page: String,
    /// `engine.js`: the entry without a page.
    pub engine: String,
    /// What a page loads only where it needs it: name and text.
    pub parts: Vec<(&'static str, String)>,
}

/// Bundles the scripts of `src/page/js/` with the glue, naming the small and the full module.
///
/// # Errors
/// When a script is missing or uses a form the bundler does not know.
pub fn build(glue: &str, modules: &[String; 2]) -> Result<Scripts, Error> {
    let folder = workspace::root().join(FOLDER);
    let mut sources = Sources::new();
    for entry in std::fs::read_dir(&folder).map_err(Error::io(&folder))? {
        let path = entry.map_err(Error::io(&folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "js") && !name.ends_with(".test.js") {
            sources.insert(name, workspace::read(&path)?);
        }
    }
    join(sources, glue, modules).map_err(in_repository)
}

/// Names a module by its path in the repository, so that an editor can open it.
fn in_repository(error: Error) -> Error {
    match error {
        Error::Script { file, line, problem } if file != GLUE => {
            Error::Script { file: format!("{FOLDER}/{file}"), line, problem }
        }
        other => other,
    }
}

fn join(mut sources: Sources, glue: &str, modules: &[String; 2]) -> Result<Scripts, Error> {
    for text in sources.values_mut() {
        *text = fill_in(text, modules);
    }
    let glue = glue.replace(DEFAULT_MODULE, &modules[1]);
    sources.insert(GLUE.to_owned(), glue.clone());
    let engine = bundle("engine.js", &sources, None)?;
    sources.insert(GLUE.to_owned(), without_classes(&glue, &["CampaignsCore", "EngineCore"]));
    let page = bundle("tanish.js", &sources, None)?;
    let text =
        |bundle: &crate::script::Bundle| format!("{}{}{}\n", bundle.head, minify(&bundle.body), bundle.tail);
    let part = |name: &&'static str| Ok((*name, text(&bundle(name, &sources, None)?)));
    let parts =
        PARTS.iter().filter(|name| sources.contains_key(**name)).map(part).collect::<Result<_, Error>>()?;
    Ok(Scripts { page: text(&page), engine: text(&engine), parts })
}

/// The glue without these classes of it: what a bundle does not use.
fn without_classes(glue: &str, classes: &[&str]) -> String {
    let mut kept = String::new();
    let mut until = None;
    for line in glue.lines() {
        for class in classes {
            if line == format!("export class {class} {{") {
                until = Some(format!("if (Symbol.dispose) {class}."));
            } else if line.starts_with(&format!("const {class}Finalization = ")) {
                until = Some(": new FinalizationRegistry(".to_owned());
            }
        }
        match &until {
            Some(end) if line.trim_start().starts_with(end.as_str()) => until = None,
            Some(_) => {}
            None => {
                kept.push_str(line);
                kept.push('\n');
            }
        }
    }
    kept
}

/// Puts the modules' names and the version where the sources leave room for them, bare or within a string.
fn fill_in(text: &str, [small, full]: &[String; 2]) -> String {
    let mut text = text.to_owned();
    let constants = [
        ("__TANISH_WASM__", small.as_str()),
        ("__TANISH_FULL__", full.as_str()),
        ("__TANISH_VERSION__", env!("CARGO_PKG_VERSION")),
    ];
    for (constant, value) in constants {
        for quote in ['"', '\'', '`'] {
            text = text.replace(&format!("{quote}{constant}{quote}"), &format!("{quote}{value}{quote}"));
        }
        text = text.replace(&format!("./{constant}"), &format!("./{value}"));
        text = text.replace(constant, &format!("\"{value}\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE_SAMPLE: &str = "class Core { free() {} }\nasync function __wbg_init(module_or_path) {\n\
        if (module_or_path === undefined) { module_or_path = new URL('tanish_bg.wasm', import.meta.url); }\n}\n\
        function initSync() {}\nexport { initSync, __wbg_init as default, Core };\n";

    fn sources() -> Sources {
        let tanish = "import init, { Core } from \"./glue.js\";\nexport const version = __TANISH_VERSION__;\n\
            export async function start() { await init(new URL(__TANISH_WASM__, import.meta.url)); return new Core(); }\n\
            export { Core };";
        let engine = "import { Core, start } from \"./tanish.js\";\nexport class Engine { static load = () => start(Core); }";
        Sources::from([
            ("tanish.js".to_owned(), tanish.to_owned()),
            ("engine.js".to_owned(), engine.to_owned()),
        ])
    }

    #[test]
    fn the_page_is_one_file_that_names_its_module() {
        let modules =
            ["tanish.0123456789abcdef.wasm", "tanish-full.fedcba9876543210.wasm"].map(str::to_owned);
        let made = join(sources(), GLUE_SAMPLE, &modules).unwrap();
        for name in modules {
            assert_eq!(made.page.matches(&name).count(), 1, "{name}");
        }
        assert!(
            !made.page.contains("glue.js")
                && !made.page.contains("initSync")
                && !made.page.contains("__TANISH")
        );
        assert!(made.page.contains(&format!("version=\"{}\"", env!("CARGO_PKG_VERSION"))), "{}", made.page);
        assert!(made.page.ends_with("export{version,start,Core};\n"), "{}", made.page);
        assert!(made.engine.ends_with("export{Engine};\n"), "{}", made.engine);
        assert!(!made.engine.contains("from\"./tanish.js\""), "it stands alone: {}", made.engine);
    }

    #[test]
    fn a_class_goes_with_all_that_is_its_own() {
        let class = |name: &str| {
            format!(
                "export class {name} {{\n  free() {{}}\n}}\nif (Symbol.dispose) {name}.prototype[Symbol.dispose] = 1;\n\
                 const {name}Finalization = (typeof FinalizationRegistry === 'undefined')\n    ? {{}}\n    \
                 : new FinalizationRegistry(ptr => wasm.{name}(ptr));\n"
            )
        };
        let glue = class("One") + &class("Two") + "let wasm;\n";
        assert_eq!(without_classes(&glue, &["One"]), class("Two") + "let wasm;\n");
        assert_eq!(without_classes(&glue, &[]), glue);
    }

    #[test]
    fn constants_may_stand_bare_or_quoted() {
        let modules = ["t.wasm", "f.wasm"].map(str::to_owned);
        let filled = fill_in("a(__TANISH_WASM__, './__TANISH_WASM__', '__TANISH_FULL__')", &modules);
        assert_eq!(filled, "a(\"t.wasm\", './t.wasm', 'f.wasm')");
    }
}
