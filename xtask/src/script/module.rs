//! One module: what it imports, what it exports, what it declares, and the rest of it.

use super::token::{Kind, Token, tokenize};
use crate::error::Error;

/// What one `import` brings in.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// The module, as written: `./sibling.js`.
    pub from: String,
    /// The local name of its default export.
    pub default: Option<String>,
    /// Its exports, by their own names.
    pub names: Vec<String>,
    /// Where, for messages.
    pub line: usize,
}

/// A module taken apart.
#[derive(Debug)]
pub struct Module {
    /// Its name beside its siblings: `tanish.js`.
    pub file: String,
    /// In the order written.
    pub imports: Vec<Import>,
    /// Exported name and local name.
    pub exports: Vec<(String, String)>,
    /// Names declared at the top level, with their lines.
    pub declares: Vec<(String, usize)>,
    /// The statements, without imports and the word `export`.
    pub body: Vec<Token>,
}

/// Names a page's global object has: a top-level namesake would hide it from every other module of the bundle.
const GLOBALS: [&str; 34] = [
    "window",
    "self",
    "document",
    "location",
    "history",
    "navigator",
    "fetch",
    "name",
    "event",
    "status",
    "open",
    "close",
    "stop",
    "focus",
    "blur",
    "print",
    "top",
    "parent",
    "frames",
    "length",
    "origin",
    "screen",
    "crypto",
    "performance",
    "caches",
    "indexedDB",
    "localStorage",
    "sessionStorage",
    "customElements",
    "alert",
    "confirm",
    "find",
    "scroll",
    "external",
];

/// Takes a module apart.
///
/// # Errors
/// On a form of import, export or declaration that the bundler does not know.
pub fn parse(file: &str, source: &str) -> Result<Module, Error> {
    let tokens = tokenize(file, source)?;
    let module = Module {
        file: file.to_owned(),
        imports: Vec::new(),
        exports: Vec::new(),
        declares: Vec::new(),
        body: Vec::with_capacity(tokens.len()),
    };
    let mut parser = Parser { module, tokens, at: 0, depth: 0 };
    while parser.at < parser.tokens.len() {
        parser.token()?;
    }
    Ok(parser.module)
}

/// How a token changes the depth of brackets.
pub fn depth_change(token: &Token) -> isize {
    match (token.kind, token.text.as_str()) {
        (Kind::Mark, "(" | "[" | "{") => 1,
        (Kind::Mark, ")" | "]" | "}") => -1,
        (Kind::Template, text) => isize::from(text.ends_with("${")) - isize::from(text.starts_with('}')),
        _ => 0,
    }
}

struct Parser {
    module: Module,
    tokens: Vec<Token>,
    at: usize,
    depth: isize,
}

impl Parser {
    fn error(&self, problem: &str) -> Error {
        let line = self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |token| token.line);
        Error::Script { file: self.module.file.clone(), line, problem: problem.to_owned() }
    }

    fn is(&self, ahead: usize, text: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.is(text))
    }

    fn name(&self, ahead: usize) -> Option<&str> {
        let token = self.tokens.get(self.at + ahead)?;
        (token.kind == Kind::Name).then_some(token.text.as_str())
    }

    fn keep(&mut self) {
        let token = self.tokens[self.at].clone();
        self.depth += depth_change(&token);
        self.module.body.push(token);
        self.at += 1;
    }

    fn token(&mut self) -> Result<(), Error> {
        if self.depth == 0 && !self.follows_dot() {
            // `import.meta` and `import(…)` are expressions.
            if self.is(0, "import") && !self.is(1, ".") && !self.is(1, "(") {
                return self.import();
            }
            if self.is(0, "export") {
                return self.export();
            }
            self.declaration()?;
        }
        self.keep();
        Ok(())
    }

    fn follows_dot(&self) -> bool {
        self.at > 0 && [".", "?."].iter().any(|dot| self.tokens[self.at - 1].is(dot))
    }

    fn import(&mut self) -> Result<(), Error> {
        let line = self.tokens[self.at].line;
        self.at += 1;
        let mut import = Import { from: String::new(), default: None, names: Vec::new(), line };
        if let Some(name) = self.name(0) {
            import.default = Some(name.to_owned());
            self.at += 1;
            if self.is(0, ",") {
                self.at += 1;
            }
        }
        if self.is(0, "{") {
            for (name, local) in self.name_list()? {
                if name != local {
                    return Err(self.error(&format!("import `{name}` under its own name, without `as`")));
                }
                import.names.push(name);
            }
        }
        if !self.is(0, "from") {
            return Err(self.error("write an import as `import { a, b } from \"./sibling.js\"`"));
        }
        self.at += 1;
        let from = self.tokens.get(self.at).filter(|token| token.kind == Kind::Text);
        let from = from.map(|token| token.text.trim_matches(['"', '\'']).to_owned()).unwrap_or_default();
        if !from.starts_with("./") || from[2..].contains('/') {
            return Err(self.error("only siblings can be imported: `from \"./name.js\"`"));
        }
        import.from = from;
        self.at += 1;
        self.skip_semicolon();
        self.module.imports.push(import);
        Ok(())
    }

    /// `{ a, b as c }` as pairs of the first and the second name.
    fn name_list(&mut self) -> Result<Vec<(String, String)>, Error> {
        let mut pairs = Vec::new();
        self.at += 1;
        while !self.is(0, "}") {
            let Some(first) = self.name(0).map(str::to_owned) else {
                return Err(self.error("expected a name"));
            };
            self.at += 1;
            let mut second = first.clone();
            if self.is(0, "as") {
                second = self
                    .name(1)
                    .map(str::to_owned)
                    .ok_or_else(|| self.error("expected a name after `as`"))?;
                self.at += 2;
            }
            pairs.push((first, second));
            if self.is(0, ",") {
                self.at += 1;
            } else if !self.is(0, "}") {
                return Err(self.error("expected `,` or `}`"));
            }
        }
        self.at += 1;
        Ok(pairs)
    }

    fn skip_semicolon(&mut self) {
        if self.is(0, ";") {
            self.at += 1;
        }
    }

    fn export(&mut self) -> Result<(), Error> {
        if self.is(1, "{") {
            self.at += 1;
            let pairs = self.name_list()?;
            if self.is(0, "from") {
                return Err(self.error("import first, then export: `export … from` is not bundled"));
            }
            self.skip_semicolon();
            self.module.exports.extend(pairs.into_iter().map(|(local, exported)| (exported, local)));
            return Ok(());
        }
        let after_newline = self.tokens[self.at].after_newline;
        self.at += 1;
        let before = self.module.declares.len();
        self.declaration()?;
        let Some((name, _)) = self.module.declares.get(before).cloned() else {
            return Err(self.error("export a function, a class, a const, or a list `export { a }`"));
        };
        if self.module.declares.len() > before + 1 {
            return Err(self.error("export one name a statement"));
        }
        self.module.exports.push((name.clone(), name));
        if let Some(token) = self.tokens.get_mut(self.at) {
            token.after_newline |= after_newline;
        }
        self.keep();
        Ok(())
    }

    /// Notes the names that a declaration starting here declares.
    fn declaration(&mut self) -> Result<(), Error> {
        let skip = usize::from(self.is(0, "async") && self.is(1, "function"));
        let found = if self.is(skip, "function") && self.opens_statement() {
            let star = usize::from(self.is(skip + 1, "*"));
            vec![skip + 1 + star]
        } else if self.is(0, "class") && self.opens_statement() {
            vec![1]
        } else if ["const", "let", "var"].iter().any(|word| self.is(0, word)) && self.opens_statement() {
            self.declarators()
        } else {
            return Ok(());
        };
        for ahead in found {
            let Some(name) = self.name(ahead) else {
                return Err(self.error("a top-level declaration needs a plain name"));
            };
            if GLOBALS.contains(&name) {
                return Err(
                    self.error(&format!("`{name}` would hide the page's own `{name}`: choose another name"))
                );
            }
            let line = self.tokens[self.at + ahead].line;
            let name = name.to_owned();
            self.module.declares.push((name, line));
        }
        Ok(())
    }

    /// Whether the token here starts a statement: `x = function () {}` declares nothing.
    fn opens_statement(&self) -> bool {
        let Some(before) = self.at.checked_sub(1).and_then(|index| self.tokens.get(index)) else {
            return true;
        };
        let ends = before.kind != Kind::Mark || [")", "]", "}", ";"].contains(&before.text.as_str());
        before.is(";")
            || before.is("}")
            || before.is("export")
            || (self.tokens[self.at].after_newline && ends)
    }

    /// Where the names of `const a = 1, b = 2` stand, counted from here.
    fn declarators(&self) -> Vec<usize> {
        let mut found = vec![1];
        let mut depth = 0;
        for (ahead, token) in self.tokens[self.at..].iter().enumerate().skip(1) {
            depth += depth_change(token);
            let next_statement = token.after_newline
                && [
                    "const", "let", "var", "function", "class", "export", "import", "async", "if", "for",
                    "while",
                ]
                .iter()
                .any(|word| token.is(word));
            if depth == 0 && (token.is(";") || (next_statement && ahead > 1)) {
                break;
            }
            if depth == 0 && token.is(",") {
                found.push(ahead + 1);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(module: &Module) -> Vec<&str> {
        module.declares.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn imports_exports_and_declarations_are_found() {
        let source = "import init, { Core } from './glue.js';\nimport { a } from \"./b.js\"\n\
            const x = [1, 2], y = (3, 4);\nlet z\nexport async function f(b) { const inner = import.meta.url; }\n\
            class K {}\nexport { K, f as default };\nx.class = function named() {};";
        let module = parse("a.js", source).unwrap();
        assert_eq!(module.imports.len(), 2);
        assert_eq!(module.imports[0].default.as_deref(), Some("init"));
        assert_eq!(module.imports[0].names, ["Core"]);
        assert_eq!(module.imports[1].from, "./b.js");
        assert_eq!(names(&module), ["x", "y", "z", "f", "K"]);
        let exports: Vec<_> = module.exports.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(exports, [("f", "f"), ("K", "K"), ("default", "f")]);
        assert!(!module.body.iter().any(|token| token.is("export")));
    }

    #[test]
    fn what_the_bundler_does_not_know_is_refused_with_its_place() {
        let cases = [
            ("\nimport * as a from './a.js'", "a.js:2: "),
            ("import { a as b } from './a.js'", "own name"),
            ("import a from 'react'", "only siblings"),
            ("import a from './deep/a.js'", "only siblings"),
            ("import './a.js'", "write an import"),
            ("export * from './a.js'", "export a function"),
            ("export { a } from './a.js'", "import first"),
            ("export default 5", "export a function"),
            ("export const { a } = b", "plain name"),
            ("export const a = 1, b = 2", "one name"),
            ("let location = 1", "choose another name"),
        ];
        for (source, part) in cases {
            let error = parse("a.js", source).unwrap_err().to_string();
            assert!(error.contains(part), "{source:?}: {error}");
        }
    }
}
