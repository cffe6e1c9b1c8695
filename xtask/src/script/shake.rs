//! Leaving out functions that nothing calls: the generated glue offers more than the page uses.

use super::module::depth_change;
use super::token::{Kind, Token};
use std::collections::BTreeSet;

/// Removes every top-level function that no other token names and that is not in `kept`.
///
/// Declaring a function does nothing, so leaving it out changes nothing.
pub fn shake(mut tokens: Vec<Token>, kept: &BTreeSet<&str>) -> Vec<Token> {
    while let Some(range) = unused(&tokens, kept) {
        if let Some(next) = tokens.get_mut(range.end) {
            next.after_newline = true;
        }
        tokens.drain(range);
    }
    tokens
}

fn unused(tokens: &[Token], kept: &BTreeSet<&str>) -> Option<std::ops::Range<usize>> {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        if depth == 0 && token.is("function") {
            let start = if index > 0 && tokens[index - 1].is("async") { index - 1 } else { index };
            let opens = start == 0
                || tokens[start].after_newline
                || tokens[start - 1].is("}")
                || tokens[start - 1].is(";");
            let name = tokens[index + 1..].iter().find(|token| !token.is("*")).filter(|_| opens);
            if let Some(name) =
                name.filter(|name| name.kind == Kind::Name && !kept.contains(name.text.as_str()))
            {
                let end = end_of_function(tokens, index);
                let inside = start..end;
                let named = tokens.iter().enumerate().any(|(at, token)| {
                    !inside.contains(&at) && token.kind == Kind::Name && token.text == name.text
                });
                if !named {
                    return Some(inside);
                }
            }
        }
        depth += depth_change(token);
    }
    None
}

/// The index after the function's closing brace. Its parameters may hold braces of their own.
fn end_of_function(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0;
    let mut body = false;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        body |= depth == 0 && token.is("{");
        depth += depth_change(token);
        if body && depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::super::minify::minify;
    use super::super::token::tokenize;
    use super::*;

    fn shaken(source: &str) -> String {
        minify(&shake(tokenize("a.js", source).unwrap(), &BTreeSet::from(["kept"])))
    }

    #[test]
    fn unused_functions_go_and_take_what_only_they_used() {
        assert_eq!(
            shaken("a()\nfunction b({ c } = {}) { d() }\nasync function d() { d() }\ne()"),
            "a()\ne()"
        );
        assert_eq!(
            shaken("function kept() {}\nfunction used() {}\nused()"),
            "function kept(){}\nfunction used(){}\nused()"
        );
    }

    #[test]
    fn a_name_used_as_a_property_keeps_the_function() {
        assert_eq!(shaken("function b() {}\nx.b = 1"), "function b(){}\nx.b=1");
    }

    #[test]
    fn function_expressions_stay() {
        assert_eq!(shaken("x = function b() {}\nx()"), "x=function b(){}\nx()");
    }
}
