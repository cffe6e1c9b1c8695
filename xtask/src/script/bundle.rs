//! Modules in the order they need each other, joined into one.

use super::module::{Module, parse};
use super::shake::shake;
use super::token::Token;
use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The texts of modules by file name: `tanish.js`, `glue.js` …
pub type Sources = BTreeMap<String, String>;

/// One file made of many modules.
#[derive(Debug)]
pub struct Bundle {
    /// Statements, dependencies first.
    pub body: Vec<Token>,
    /// `import { a } from "./other.js";` for what stays outside, then nothing or a line end.
    pub head: String,
    /// `export { … };`.
    pub tail: String,
    /// What importers of this bundle can name.
    pub exports: BTreeSet<String>,
    /// The files it is made of.
    pub files: BTreeSet<String>,
}

/// Joins `entry` and what it imports. Where `first` names an earlier bundle and its file, imports of that
/// file stay imports, and its modules cannot be joined a second time: their state must exist once.
///
/// # Errors
/// When a module is missing, imports what its sibling does not export, is part of a circle, uses a form
/// the bundler does not know, or declares a top-level name that another one declares.
pub fn bundle(entry: &str, sources: &Sources, first: Option<(&str, &Bundle)>) -> Result<Bundle, Error> {
    let mut walk = Walk { sources, first, done: Vec::new(), open: Vec::new() };
    walk.visit(entry, None)?;
    let modules = walk.done;
    check_imports(&modules, first)?;
    let outside = first.map_or("", |(file, _)| file);
    check_names(&modules, outside)?;

    let exports = modules.last().map(|module| module.exports.clone()).unwrap_or_default();
    let kept: BTreeSet<&str> = exports.iter().map(|(_, local)| local.as_str()).collect();
    let mut body = Vec::new();
    for module in &modules {
        append(&mut body, &module.body);
        append(&mut body, &default_aliases(module, &modules)?);
    }
    Ok(Bundle {
        body: shake(body, &kept),
        head: head(&modules, outside),
        tail: tail(&exports),
        exports: exports.into_iter().map(|(exported, _)| exported).collect(),
        files: modules.into_iter().map(|module| module.file).collect(),
    })
}

/// The statements of one module end before those of the next begin.
fn append(body: &mut Vec<Token>, tokens: &[Token]) {
    let start = body.len();
    body.extend_from_slice(tokens);
    if let Some(first) = body.get_mut(start) {
        first.after_newline = true;
    }
    if body.len() > start && body.last().is_some_and(|last| !last.is(";") && !last.is("}")) {
        body.extend(semicolon());
    }
}

fn semicolon() -> Vec<Token> {
    super::token::tokenize("", ";").unwrap_or_default()
}

struct Walk<'a> {
    sources: &'a Sources,
    first: Option<(&'a str, &'a Bundle)>,
    done: Vec<Module>,
    open: Vec<String>,
}

impl Walk<'_> {
    fn visit(&mut self, file: &str, importer: Option<(&str, usize)>) -> Result<(), Error> {
        let (from, line) = importer.unwrap_or((file, 1));
        let error = |problem: String| Error::Script { file: from.to_owned(), line, problem };
        let outside = self.first.is_some_and(|(first, _)| first == file);
        if outside || self.done.iter().any(|module| module.file == file) {
            return Ok(());
        }
        if self.open.iter().any(|open| open == file) {
            return Err(error(format!("a circle of imports: {} -> {file}", self.open.join(" -> "))));
        }
        if let Some((first, _)) = self.first.filter(|(_, bundle)| bundle.files.contains(file)) {
            return Err(error(format!("`{file}` is already part of `{first}`: import it from `./{first}`")));
        }
        let source = self.sources.get(file).ok_or_else(|| error(format!("there is no module `{file}`")))?;
        let module = parse(file, source)?;
        self.open.push(file.to_owned());
        for import in &module.imports {
            self.visit(&import.from[2..], Some((file, import.line)))?;
        }
        self.open.pop();
        self.done.push(module);
        Ok(())
    }
}

/// Every imported name is exported where it is said to be.
fn check_imports(modules: &[Module], first: Option<(&str, &Bundle)>) -> Result<(), Error> {
    for module in modules {
        for import in &module.imports {
            let file = &import.from[2..];
            let exports: BTreeSet<&str> = match first.filter(|(first, _)| *first == file) {
                Some((_, bundle)) => bundle.exports.iter().map(String::as_str).collect(),
                None => modules
                    .iter()
                    .filter(|other| other.file == file)
                    .flat_map(|other| other.exports.iter().map(|(exported, _)| exported.as_str()))
                    .collect(),
            };
            let default = import.default.is_some().then_some("default");
            for name in import.names.iter().map(String::as_str).chain(default) {
                if !exports.contains(name) {
                    let problem = format!("`{}` does not export `{name}`", import.from);
                    return Err(Error::Script { file: module.file.clone(), line: import.line, problem });
                }
            }
        }
    }
    Ok(())
}

/// Joined modules share one scope: a top-level name has one home.
fn check_names(modules: &[Module], outside: &str) -> Result<(), Error> {
    let mut homes: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for import in
        modules.iter().flat_map(|module| &module.imports).filter(|import| &import.from[2..] == outside)
    {
        homes.extend(import.names.iter().map(|name| (name.as_str(), (outside, import.line))));
    }
    for module in modules {
        for (name, line) in &module.declares {
            if let Some((file, first)) = homes.insert(name, (&module.file, *line)) {
                let problem =
                    format!("`{name}` is declared in `{file}` (line {first}) as well: rename one of them");
                return Err(Error::Script { file: module.file.clone(), line: *line, problem });
            }
        }
    }
    Ok(())
}

/// `const init=__wbg_init;` after the module whose default export others import as `init`.
fn default_aliases(module: &Module, modules: &[Module]) -> Result<Vec<Token>, Error> {
    let mut aliases = BTreeSet::new();
    let local = module.exports.iter().find(|(exported, _)| exported == "default").map(|(_, local)| local);
    for import in modules.iter().flat_map(|other| &other.imports) {
        if let (Some(alias), Some(local)) = (&import.default, local)
            && import.from[2..] == module.file
            && alias != local
        {
            aliases.insert(format!("const {alias}={local};"));
        }
    }
    super::token::tokenize(&module.file, &aliases.into_iter().collect::<String>())
}

fn head(modules: &[Module], outside: &str) -> String {
    let imports =
        modules.iter().flat_map(|module| &module.imports).filter(|import| &import.from[2..] == outside);
    let names: BTreeSet<&str> = imports.flat_map(|import| import.names.iter().map(String::as_str)).collect();
    if names.is_empty() {
        return String::new();
    }
    let list: Vec<&str> = names.into_iter().collect();
    format!("import{{{}}}from\"./{outside}\";", list.join(","))
}

fn tail(exports: &[(String, String)]) -> String {
    let mut list = String::new();
    for (exported, local) in exports {
        let comma = if list.is_empty() { "" } else { "," };
        let _ = if exported == local {
            write!(list, "{comma}{local}")
        } else {
            write!(list, "{comma}{local} as {exported}")
        };
    }
    if list.is_empty() { list } else { format!("export{{{list}}};") }
}

#[cfg(test)]
mod tests {
    use super::super::minify::minify;
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
    }

    fn joined(files: &[(&str, &str)]) -> Result<String, Error> {
        let bundle = bundle("a.js", &sources(files), None)?;
        Ok(format!("{}{}{}", bundle.head, minify(&bundle.body), bundle.tail))
    }

    #[test]
    fn modules_are_joined_dependencies_first() {
        let files = [
            ("a.js", "import { b } from './b.js';\nimport { c } from './c.js';\nexport const a = b + c"),
            ("b.js", "import { c } from './c.js';\nexport const b = c"),
            ("c.js", "export const c = 1;\nexport function unused() {}"),
        ];
        assert_eq!(joined(&files).unwrap(), "const c=1;const b=c;const a=b+c;export{a};");
    }

    #[test]
    fn a_default_import_gets_its_local_name() {
        let files = [
            ("a.js", "import init, { K } from './glue.js';\ninit(K);\nexport { K as Kind };"),
            (
                "glue.js",
                "class K {}\nasync function __init() {}\nfunction initSync() {}\nexport { initSync, __init as default, K };",
            ),
        ];
        let expected = "class K{}\nasync function __init(){}\nconst init=__init;init(K);export{K as Kind};";
        assert_eq!(joined(&files).unwrap(), expected);
    }

    #[test]
    fn a_name_with_two_homes_names_both() {
        let files =
            [("a.js", "import { b } from './b.js';\nconst x = b;"), ("b.js", "export const b = 1;\nlet x;")];
        let error = joined(&files).unwrap_err().to_string();
        assert_eq!(error, "a.js:2: `x` is declared in `b.js` (line 2) as well: rename one of them");
    }

    #[test]
    fn missing_modules_names_and_circles_are_refused() {
        let missing = [("a.js", "\nimport { b } from './b.js'")];
        assert!(joined(&missing).unwrap_err().to_string().starts_with("a.js:2: there is no module `b.js`"));
        let unexported = [("a.js", "import { b } from './b.js'"), ("b.js", "const b = 1")];
        assert!(joined(&unexported).unwrap_err().to_string().contains("does not export `b`"));
        let circle = [("a.js", "import { b } from './b.js'"), ("b.js", "import { a } from './a.js'")];
        assert!(joined(&circle).unwrap_err().to_string().contains("a.js -> b.js -> a.js"));
    }

    #[test]
    fn a_second_entry_imports_the_first_bundle() {
        let files = sources(&[
            (
                "a.js",
                "import { state } from './s.js';\nexport const Core = state, more = 2;\nexport { more };",
            ),
            ("s.js", "export let state;"),
            (
                "engine.js",
                "import { Core } from './a.js';\nimport { e } from './e.js';\nexport class Engine { x = Core + e }",
            ),
            ("e.js", "import { more } from './a.js';\nexport const e = more;"),
            ("twice.js", "import { state } from './s.js';"),
            ("wrong.js", "import { nothing } from './a.js';"),
            (
                "clash.js",
                "import { more } from './a.js';\nimport { e } from './e.js';\nfunction Core() {}\nuse(Core);",
            ),
        ]);
        assert!(bundle("a.js", &files, None).unwrap_err().to_string().contains("one name"));
        let files: Sources = files
            .into_iter()
            .map(|(file, text)| {
                (file, text.replace("Core = state, more = 2", "Core = state;\nconst more = 2"))
            })
            .collect();
        let first = bundle("a.js", &files, None).unwrap();
        let with = |entry| bundle(entry, &files, Some(("a.js", &first)));

        let made = with("engine.js").unwrap();
        assert_eq!(made.head, "import{Core,more}from\"./a.js\";");
        assert_eq!(minify(&made.body), "const e=more;class Engine{x=Core+e}");
        assert_eq!(made.tail, "export{Engine};");
        assert!(with("twice.js").unwrap_err().to_string().contains("already part of `a.js`"));
        assert!(with("wrong.js").unwrap_err().to_string().contains("does not export `nothing`"));
        assert!(with("clash.js").is_ok(), "only what is imported from outside takes a name");
    }
}
