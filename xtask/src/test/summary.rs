//! What the tests said, added up.

use std::fmt;

/// Tests of one kind.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
    ignored: usize,
}

/// The sums over a whole run of `cargo test`.
#[derive(Debug, Default)]
pub struct Summary {
    native: Count,
    browser: Count,
    data: (usize, usize),
    tools_skipped: Vec<String>,
    in_browser: bool,
}

impl Summary {
    /// Takes note of a line that cargo or a test printed.
    pub fn read(&mut self, line: &str) {
        let line = line.trim();
        if let Some(target) = line.strip_prefix("Running ") {
            self.in_browser = target.starts_with("browser/") || target.contains("/browser/");
        } else if line.starts_with("Doc-tests ") {
            self.in_browser = false;
        } else if let Some(result) = line.strip_prefix("test result: ") {
            let count = if self.in_browser { &mut self.browser } else { &mut self.native };
            count.passed += number_before(result, " passed");
            count.failed += number_before(result, " failed");
            count.ignored += number_before(result, " ignored");
        } else if let Some((_, cases)) = line.split_once("data cases: ") {
            self.data.0 += number_before(cases, " ran");
            self.data.1 += number_before(cases, " skipped");
        } else if let Some((_, tool)) = line.split_once("skipped without ") {
            self.tools_skipped.push(tool.to_owned());
        }
    }
}

/// The number that stands right before `word`; none counts as 0.
fn number_before(text: &str, word: &str) -> usize {
    let Some(at) = text.find(word) else { return 0 };
    let digits = text[..at].rsplit(|char: char| !char.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\nsummary")?;
        for (name, count) in [("native", &self.native), ("browser", &self.browser)] {
            let Count { passed, failed, ignored } = count;
            writeln!(out, "  {name:<10} {passed} passed, {failed} failed, {ignored} left to test-full")?;
        }
        writeln!(out, "  {:<10} {} ran, {} skipped", "data cases", self.data.0, self.data.1)?;
        for tool in &self.tools_skipped {
            writeln!(out, "  skipped without {tool}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added_up_by_kind() {
        let mut summary = Summary::default();
        let run = "     Running unittests src/lib.rs (target/debug/deps/tanish-1)
test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.04s
     Running browser/page.rs (target/debug/deps/page-1)
data cases: retail: 2 ran, 1 skipped
test page ... data cases: again: 1 ran, 0 skipped
test npm ... skipped without node and npm
test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.04s
   Doc-tests tanish
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.04s";
        run.lines().for_each(|line| summary.read(line));
        assert_eq!(summary.native, Count { passed: 17, failed: 0, ignored: 1 });
        assert_eq!(summary.browser, Count { passed: 3, failed: 2, ignored: 0 });
        assert_eq!(summary.data, (3, 1));
        assert_eq!(summary.tools_skipped, ["node and npm"]);
    }
}
