//! Tokens back to text, with as little between them as means the same.

use super::module::depth_change;
use super::token::{Kind, Token, is_name_char};

/// Keywords that a line's end cuts off from what follows.
const RESTRICTED: [&str; 6] = ["return", "break", "continue", "throw", "yield", "async"];

/// Marks that cannot stand at the end of a statement are all but these.
const ENDS_STATEMENT: [&str; 5] = [")", "]", "}", "++", "--"];

/// Marks that cannot open a statement or a class member are all but these.
const OPENS_STATEMENT: [&str; 10] = ["(", "[", "{", "+", "-", "++", "--", "!", "~", "*"];

/// Writes a module small: no comments, no indentation, no line ends that nothing depends on.
pub fn minify(tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut before: Option<&Token> = None;
    for (index, token) in tokens.iter().enumerate() {
        if is_idle_semicolon(tokens, index) {
            continue;
        }
        if let Some(before) = before {
            // A dropped semicolon leaves `}` next, which needs no line end.
            out.push_str(between(before, token));
        }
        out.push_str(&token.text);
        before = Some(token);
    }
    out
}

/// A semicolon before `}` says nothing, unless it is itself the body of a loop or a branch.
fn is_idle_semicolon(tokens: &[Token], index: usize) -> bool {
    let closes = tokens.get(index + 1).is_some_and(|next| next.kind == Kind::Mark && next.text == "}");
    if !tokens[index].is(";") || !closes {
        return false;
    }
    let Some(before) = index.checked_sub(1).and_then(|before| tokens.get(before)) else { return false };
    let is_body = ["else", "do", ":", ";"].iter().any(|mark| before.is(mark));
    let closes_head = before.is(")") && ends_head(tokens, index - 1);
    !is_body && !closes_head
}

/// Whether the bracket that closes at `close` belongs to `if (…)`, `for (…)`, `while (…)` or the like.
fn ends_head(tokens: &[Token], close: usize) -> bool {
    let mut depth = 0;
    for index in (0..=close).rev() {
        depth -= depth_change(&tokens[index]);
        if depth == 0 {
            let word = index.checked_sub(1).map(|before| &tokens[before]);
            return word.is_some_and(|word| {
                ["if", "for", "while", "with", "await"].iter().any(|head| word.is(head))
            });
        }
    }
    false
}

/// What must stand between two tokens.
fn between(before: &Token, after: &Token) -> &'static str {
    if after.after_newline && newline_matters(before, after) {
        return "\n";
    }
    let (Some(last), Some(first)) = (before.text.chars().last(), after.text.chars().next()) else {
        return "";
    };
    let words = is_name_char(last) && (is_name_char(first) || first == '#' || first == '\\');
    let signs = (last == '+' && first == '+') || (last == '-' && first == '-');
    let slashes = last == '/' && (first == '/' || first == '*') && before.kind == Kind::Mark;
    let number_dot = before.kind == Kind::Number && first == '.';
    if words && !is_template(before) || signs || slashes || number_dot { " " } else { "" }
}

/// The text of a template's piece, `}…${` or `` }…` ``, ends in a mark whatever its last letter is.
fn is_template(token: &Token) -> bool {
    token.kind == Kind::Template
}

/// Whether a semicolon may be inserted at the line's end, so that it has to stay.
fn newline_matters(before: &Token, after: &Token) -> bool {
    if after.is("}") || after.is(";") || (is_template(after) && after.text.starts_with('}')) {
        return false;
    }
    if before.kind == Kind::Name && RESTRICTED.contains(&before.text.as_str()) {
        return true;
    }
    if is_template(before) && before.text.ends_with("${") {
        return false;
    }
    if before.kind == Kind::Mark && !ENDS_STATEMENT.contains(&before.text.as_str()) {
        return false;
    }
    if before.is("}") && ["else", "catch", "finally"].iter().any(|word| after.is(word)) {
        return false;
    }
    after.kind != Kind::Mark || OPENS_STATEMENT.contains(&after.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::token::tokenize;
    use super::*;

    fn small(source: &str) -> String {
        minify(&tokenize("a.js", source).unwrap())
    }

    #[test]
    fn blanks_and_comments_go() {
        assert_eq!(small("const a = 1; // one\n\nconst b = [ a,\n 2 ];\n"), "const a=1;const b=[a,2];");
        assert_eq!(small("function f ( a ) {\n  return a + 1;\n}"), "function f(a){return a+1}");
    }

    #[test]
    fn line_ends_that_end_a_statement_stay() {
        assert_eq!(small("a = b\nc = d"), "a=b\nc=d");
        assert_eq!(small("a\n++b"), "a\n++b");
        assert_eq!(small("return\na"), "return\na");
        assert_eq!(small("class A {\n  #x\n  *y() {}\n}"), "class A{#x\n*y(){}}");
        assert_eq!(small("a()\n  .b()\n  .c()"), "a().b().c()");
        assert_eq!(small("if (a) {\n}\nelse {\n}"), "if(a){}else{}");
    }

    #[test]
    fn a_semicolon_that_is_a_body_stays() {
        assert_eq!(small("{ while (a()); }"), "{while(a());}");
        assert_eq!(small("{ if (a) b; else ; }"), "{if(a)b;else;}");
        assert_eq!(small("{ for (;;) { a; } }"), "{for(;;){a}}");
        assert_eq!(small("{ a(b(), c); }"), "{a(b(),c)}");
        assert_eq!(small("{ a: ; }"), "{a:;}");
    }

    #[test]
    fn tokens_do_not_run_together() {
        assert_eq!(small("a + +b - -c"), "a+ +b- -c");
        assert_eq!(small("a + ++b"), "a+ ++b");
        assert_eq!(small("typeof a in b"), "typeof a in b");
        assert_eq!(small("1 .toString()"), "1 .toString()");
        assert_eq!(small("a / /b/.c"), "a/ /b/.c");
        assert_eq!(small("#x in a; b.#x"), "#x in a;b.#x");
        assert_eq!(small("return `a ${ b } c`"), "return`a ${b} c`");
        assert_eq!(small("static #x"), "static #x");
    }
}
