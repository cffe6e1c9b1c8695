//! JavaScript, word by word: as much of its lexical grammar as cutting comments safely needs.

use crate::error::Error;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier, a keyword or a private name.
    Name,
    /// A number.
    Number,
    /// A string in single or double quotes.
    Text,
    /// A piece of a template literal: up to `${`, between `}` and `${`, or to the end.
    Template,
    /// A regular expression with its flags.
    Regex,
    /// An operator or a bracket.
    Mark,
    /// A comment right within `import(…)`: it speaks to the consumer's bundler.
    Hint,
}

/// One token of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// The token as written.
    pub text: String,
    /// Its line, from 1.
    pub line: usize,
    /// Whether a line ended between the token before and this one.
    pub after_newline: bool,
}

impl Token {
    /// Whether this is the mark or the keyword `text`.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Mark | Kind::Name) && self.text == text
    }
}

/// Operators, longest first within a first letter.
const MARKS: [&str; 57] = [
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=",
    ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
    "**", "{", "}", "(", ")", "[", "]", ";", ",", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "!", "~",
    "?", ":", "=", ".",
];

/// Keywords after which a slash starts a regular expression.
const BEFORE_OPERAND: [&str; 13] = [
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "throw",
    "new",
    "else",
    "do",
    "instanceof",
    "await",
];

/// Splits `source` into tokens and drops its comments.
///
/// # Errors
/// On text that is not JavaScript, or where a slash could mean two things.
pub fn tokenize(file: &str, source: &str) -> Result<Vec<Token>, Error> {
    let mut lexer =
        Lexer { file, source, at: 0, line: 1, newline: false, braces: Vec::new(), tokens: Vec::new() };
    while lexer.next()? {}
    if lexer.braces.is_empty() { Ok(lexer.tokens) } else { Err(lexer.error("a bracket `{` is never closed")) }
}

/// What an open `{` will close as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brace {
    Block,
    Template,
}

struct Lexer<'a> {
    file: &'a str,
    source: &'a str,
    at: usize,
    line: usize,
    newline: bool,
    braces: Vec<Brace>,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn error(&self, problem: &str) -> Error {
        Error::Script { file: self.file.to_owned(), line: self.line, problem: problem.to_owned() }
    }

    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// Reads one token; `false` at the end.
    fn next(&mut self) -> Result<bool, Error> {
        self.skip_blank()?;
        let Some(first) = self.rest().chars().next() else { return Ok(false) };
        let (kind, length) = match first {
            '/' if self.rest().starts_with("/*") => (Kind::Hint, self.comment_length()?),
            '"' | '\'' => (Kind::Text, self.text_length(first)?),
            '`' => (Kind::Template, self.template_length(1)?),
            '}' if self.braces.last() == Some(&Brace::Template) => {
                self.braces.pop();
                (Kind::Template, self.template_length(1)?)
            }
            '0'..='9' => (Kind::Number, self.number_length()),
            '.' if self.rest()[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                (Kind::Number, self.number_length())
            }
            '/' if self.slash_starts_regex()? => (Kind::Regex, self.regex_length()?),
            first if is_name_char(first) || first == '#' => (Kind::Name, self.name_length()),
            _ => (Kind::Mark, self.mark_length()?),
        };
        self.push(kind, length)?;
        Ok(true)
    }

    fn push(&mut self, kind: Kind, length: usize) -> Result<(), Error> {
        let text = self.rest()[..length].to_owned();
        match (kind, text.as_str()) {
            (Kind::Mark, "{") => self.braces.push(Brace::Block),
            (Kind::Mark, "}") if self.braces.pop().is_none() => {
                return Err(self.error("a bracket `}` closes nothing"));
            }
            (Kind::Template, piece) if piece.ends_with("${") => self.braces.push(Brace::Template),
            _ => {}
        }
        let lines = text.matches('\n').count();
        self.tokens.push(Token { kind, text, line: self.line, after_newline: self.newline });
        self.line += lines;
        self.at += length;
        self.newline = false;
        Ok(())
    }

    fn skip_blank(&mut self) -> Result<(), Error> {
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") && self.is_in_import() {
                return Ok(());
            }
            let length = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                self.comment_length()?
            } else {
                match rest.chars().next() {
                    Some(space) if space.is_whitespace() || space == '\u{feff}' => space.len_utf8(),
                    _ => return Ok(()),
                }
            };
            let lines = rest[..length].matches('\n').count();
            self.line += lines;
            self.newline |= lines > 0;
            self.at += length;
        }
    }

    /// Whether the last tokens are `import(`, or a hint after that.
    fn is_in_import(&self) -> bool {
        let mut last = self.tokens.iter().rev().skip_while(|token| token.kind == Kind::Hint);
        last.next().is_some_and(|token| token.is("(")) && last.next().is_some_and(|token| token.is("import"))
    }

    fn comment_length(&self) -> Result<usize, Error> {
        Ok(self.rest().find("*/").ok_or_else(|| self.error("a comment is never closed"))? + 2)
    }

    fn text_length(&self, quote: char) -> Result<usize, Error> {
        let mut escaped = false;
        for (index, char) in self.rest().char_indices().skip(1) {
            match char {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => break,
                _ if char == quote => return Ok(index + 1),
                _ => {}
            }
        }
        Err(self.error("a string is never closed"))
    }

    /// The length of a template's piece, from its opening mark of `opening` bytes.
    fn template_length(&self, opening: usize) -> Result<usize, Error> {
        let rest = self.rest();
        let mut escaped = false;
        for (index, char) in rest.char_indices().skip_while(|(index, _)| *index < opening) {
            match char {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '`' => return Ok(index + 1),
                '$' if rest[index..].starts_with("${") => return Ok(index + 2),
                _ => {}
            }
        }
        Err(self.error("a template literal is never closed"))
    }

    fn name_length(&self) -> usize {
        let rest = self.rest();
        rest.char_indices()
            .find(|(index, char)| !(is_name_char(*char) || (*index == 0 && *char == '#')))
            .map_or(rest.len(), |(index, _)| index)
    }

    /// A number runs over letters and digits, points, and the sign of an exponent.
    fn number_length(&self) -> usize {
        let bytes = self.rest().as_bytes();
        let decimal = !(bytes.first() == Some(&b'0') && bytes.get(1).is_some_and(u8::is_ascii_alphabetic));
        let mut length = 0;
        while let Some(&byte) = bytes.get(length) {
            let exponent = decimal && length > 0 && matches!(bytes[length - 1], b'e' | b'E');
            let goes_on = byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'.')
                || (exponent && matches!(byte, b'+' | b'-'));
            if !goes_on {
                break;
            }
            length += 1;
        }
        length
    }

    fn mark_length(&self) -> Result<usize, Error> {
        let rest = self.rest();
        let mark = MARKS.iter().find(|mark| rest.starts_with(**mark));
        match mark {
            // `a?.5:b` is a condition, not an optional chain.
            Some(&"?.") if rest[2..].starts_with(|next: char| next.is_ascii_digit()) => Ok(1),
            Some(mark) => Ok(mark.len()),
            None => Err(self.error("this character has no meaning in JavaScript")),
        }
    }

    /// A slash divides after an operand and opens a regular expression elsewhere.
    fn slash_starts_regex(&self) -> Result<bool, Error> {
        let Some(before) = self.tokens.last() else { return Ok(true) };
        Ok(match before.kind {
            Kind::Number | Kind::Text | Kind::Regex | Kind::Hint => false,
            Kind::Template => before.text.ends_with("${"),
            Kind::Name => BEFORE_OPERAND.contains(&before.text.as_str()) && !self.is_member(),
            Kind::Mark => match before.text.as_str() {
                ")" | "]" => false,
                "}" | "++" | "--" => {
                    let problem =
                        "a slash here could divide or open a regular expression: name the operand first";
                    return Err(self.error(problem));
                }
                _ => true,
            },
        })
    }

    /// Whether the last token is a property such as `x.in`.
    fn is_member(&self) -> bool {
        let before = self.tokens.len().checked_sub(2).and_then(|index| self.tokens.get(index));
        before.is_some_and(|token| token.is(".") || token.is("?."))
    }

    fn regex_length(&self) -> Result<usize, Error> {
        let rest = self.rest();
        let (mut escaped, mut in_class) = (false, false);
        for (index, char) in rest.char_indices().skip(1) {
            match char {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => {
                    let flags = rest[index + 1..].chars().take_while(char::is_ascii_alphabetic).count();
                    return Ok(index + 1 + flags);
                }
                _ => {}
            }
        }
        Err(self.error("a regular expression is never closed"))
    }
}

/// Whether a character may stand in an identifier.
pub fn is_name_char(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '$' | '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        tokenize("a.js", source).unwrap().into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_go_and_look_alikes_stay() {
        assert_eq!(texts("a // b\n/* c */ = 'd // e'"), ["a", "=", "'d // e'"]);
        assert_eq!(texts("x = \"/*\" + '\\'//'"), ["x", "=", "\"/*\"", "+", "'\\'//'"]);
    }

    #[test]
    fn a_slash_divides_or_opens_a_regular_expression() {
        assert_eq!(texts("a / b / c"), ["a", "/", "b", "/", "c"]);
        assert_eq!(texts("a = /b\\/[/\"]/g.test(c)"), ["a", "=", "/b\\/[/\"]/g", ".", "test", "(", "c", ")"]);
        assert_eq!(texts("return /'/"), ["return", "/'/"]);
        assert_eq!(texts("x.in / 2"), ["x", ".", "in", "/", "2"]);
        assert!(tokenize("a.js", "{}\n/a/.test(b)").is_err());
    }

    #[test]
    fn hints_for_other_bundlers_stay() {
        let hinted = ["import", "(", "/* @vite-ignore */", "/* webpackIgnore: true */", "'a'", ")"];
        assert_eq!(texts("import(/* @vite-ignore */ /* webpackIgnore: true */ 'a') /* gone */"), hinted);
    }

    #[test]
    fn templates_nest() {
        let source = "`a${b + `c${{ d: 1 }.d}`}e`";
        let pieces = ["`a${", "b", "+", "`c${", "{", "d", ":", "1", "}", ".", "d", "}`", "}e`"];
        assert_eq!(texts(source), pieces);
    }

    #[test]
    fn numbers_keep_their_points_and_exponents() {
        assert_eq!(texts("1e-3+.5-0xe+1 1_000n"), ["1e-3", "+", ".5", "-", "0xe", "+", "1", "1_000n"]);
        assert_eq!(texts("a?.5:b?.c"), ["a", "?", ".5", ":", "b", "?.", "c"]);
    }

    #[test]
    fn what_never_closes_is_an_error_with_its_line() {
        for source in ["\n'a", "\n`a", "\n/* a", "\n= /a", "\n{", "\n}"] {
            let error = tokenize("a.js", source).unwrap_err().to_string();
            assert!(error.starts_with("a.js:2: "), "{source:?}: {error}");
        }
    }

    #[test]
    fn lines_are_counted_through_templates() {
        let tokens = tokenize("a.js", "`a\nb`\nc").unwrap();
        assert_eq!(tokens.iter().map(|token| token.line).collect::<Vec<_>>(), [1, 3]);
        assert!(tokens[1].after_newline);
    }
}
