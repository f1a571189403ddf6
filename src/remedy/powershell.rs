//! As much of PowerShell's grammar as shows a command that was damaged on its way into a rule: strings, brackets, and where a
//! command begins. It follows the language's lexical rules (about_Parsing, about_Quoting_Rules); what it does not know, it lets pass.

use std::ops::Range;

/// What a look at a command found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The names in command position.
    pub commands: Vec<Name>,
    /// What does not fit together.
    pub faults: Vec<(Range<usize>, Fault)>,
}

/// A name in command position.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// Where.
    pub range: Range<usize>,
    /// Whether `-WhatIf` keeps it from doing anything.
    pub what_if: bool,
}

/// What does not fit together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A string that is never closed.
    Quote,
    /// A bracket without this partner.
    Bracket(char),
    /// A second command on the line of a first.
    SecondCommand,
}

/// Words after which a command may begin.
const KEYWORDS: [&str; 10] = ["if", "else", "elseif", "foreach", "in", "while", "do", "try", "catch", "return"];

/// Verbs of the cmdlets that Exchange's documentation uses.
const VERBS: [&str; 36] = [
    "add",
    "clear",
    "complete",
    "connect",
    "convertto",
    "disable",
    "disconnect",
    "enable",
    "export",
    "foreach",
    "format",
    "get",
    "import",
    "install",
    "invoke",
    "measure",
    "move",
    "new",
    "out",
    "publish",
    "register",
    "remove",
    "rename",
    "reset",
    "resolve",
    "restart",
    "resume",
    "select",
    "set",
    "sort",
    "start",
    "stop",
    "test",
    "uninstall",
    "update",
    "where",
];

/// Looks at a command in which no expression is left.
pub(crate) fn scan(command: &str) -> Scan {
    let mut lexer =
        Lexer { text: command, at: 0, open: Vec::new(), expecting: true, after_parameter: false, out: Scan::default() };
    lexer.run(None);
    let Lexer { open, mut out, .. } = lexer;
    out.faults
        .extend(open.into_iter().map(|bracket| (bracket.at..bracket.at + 1, Fault::Bracket(partner(bracket.kind)))));
    out
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Bracket>,
    /// Whether a command may begin here.
    expecting: bool,
    /// Whether the word before was a parameter's name, so that this one is its value.
    after_parameter: bool,
    out: Scan,
}

#[derive(Clone, Copy)]
struct Bracket {
    kind: char,
    at: usize,
    /// `@{`: keys and values, no commands.
    hash: bool,
}

fn partner(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        ')' => '(',
        ']' => '[',
        _ => '{',
    }
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn in_hash(&self) -> bool {
        self.open.last().is_some_and(|bracket| bracket.hash)
    }

    /// Reads to the end, or, inside a string's `$(`, to its `)`.
    fn run(&mut self, until: Option<usize>) {
        while let Some(c) = self.peek() {
            match c {
                '\n' => self.line_end(),
                c if c.is_whitespace() => self.at += c.len_utf8(),
                '`' => {
                    self.at += 1;
                    self.at += self.peek().map_or(0, char::len_utf8);
                }
                '#' if self.at == 0 || self.text[..self.at].ends_with(char::is_whitespace) => {
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                }
                '@' if self.rest().starts_with("@'\n") || self.rest().starts_with("@\"\n") => self.here_string(),
                '\'' => self.single(),
                '"' => self.double(),
                '(' | '[' | '{' => {
                    let hash = c == '{' && self.text[..self.at].ends_with('@');
                    self.open.push(Bracket { kind: c, at: self.at, hash });
                    self.expecting = c != '[' && !hash;
                    self.at += 1;
                }
                ')' | ']' | '}' => {
                    if self.close(c) == until && until.is_some() {
                        return;
                    }
                }
                ';' => self.separator(1),
                '&' if self.rest().starts_with("&&") => self.separator(2),
                '|' if self.rest().starts_with("||") => self.separator(2),
                '|' | '&' => {
                    self.expecting = true;
                    self.at += 1;
                }
                '=' => {
                    self.expecting = true;
                    self.at += 1;
                }
                ',' => {
                    self.at += 1;
                    self.after_parameter = true;
                }
                _ => self.word(),
            }
        }
    }

    fn line_end(&mut self) {
        let before = self.text[..self.at].trim_end();
        let continues = before.ends_with(['|', ',', '`', '=', '(']);
        let in_brackets = self.open.last().is_some_and(|bracket| bracket.kind != '{' || bracket.hash);
        if !continues && !in_brackets {
            self.expecting = true;
        }
        self.after_parameter = false;
        self.at += 1;
    }

    /// `;` and its like: the end of a command. What follows on the same line is a second one.
    fn separator(&mut self, width: usize) {
        let start = self.at;
        self.at += width;
        let next = self.rest().trim_start_matches([' ', '\t']);
        if self.open.is_empty() && !next.is_empty() && !next.starts_with(['\n', '\r', '#']) {
            let word = self.at + (self.rest().len() - next.len());
            let length = next.find(|c: char| c.is_whitespace() || ";|".contains(c)).unwrap_or(next.len());
            let range = if length == 0 { start..start + width } else { word..word + length };
            self.out.faults.push((range, Fault::SecondCommand));
        }
        self.expecting = !self.in_hash();
        self.after_parameter = false;
    }

    /// Closes a bracket; the answer is where its partner stood.
    fn close(&mut self, c: char) -> Option<usize> {
        let at = self.at;
        self.at += 1;
        self.expecting = false;
        self.after_parameter = false;
        match self.open.iter().rposition(|bracket| partner(bracket.kind) == c) {
            Some(number) => {
                // What was opened in between is what is not closed.
                for bracket in self.open.drain(number + 1..) {
                    self.out.faults.push((bracket.at..bracket.at + 1, Fault::Bracket(partner(bracket.kind))));
                }
                self.open.pop().map(|bracket| bracket.at)
            }
            None => {
                self.out.faults.push((at..at + 1, Fault::Bracket(partner(c))));
                None
            }
        }
    }

    fn single(&mut self) {
        let start = self.at;
        self.at += 1;
        loop {
            match self.rest().find('\'') {
                Some(end) if self.rest()[end + 1..].starts_with('\'') => self.at += end + 2,
                Some(end) => {
                    self.at += end + 1;
                    break;
                }
                None => {
                    self.out.faults.push((start..start + 1, Fault::Quote));
                    self.at = self.text.len();
                    break;
                }
            }
        }
        self.expecting = false;
        self.after_parameter = false;
    }

    fn double(&mut self) {
        let start = self.at;
        self.at += 1;
        loop {
            let Some(c) = self.peek() else {
                self.out.faults.push((start..start + 1, Fault::Quote));
                break;
            };
            let rest = self.rest();
            if rest.starts_with("\"\"") {
                self.at += 2;
            } else if c == '"' {
                self.at += 1;
                break;
            } else if c == '`' {
                self.at += 1;
                self.at += self.peek().map_or(0, char::len_utf8);
            } else if rest.starts_with("$(") {
                self.at += 1;
                let bracket = self.at;
                self.open.push(Bracket { kind: '(', at: bracket, hash: false });
                self.at += 1;
                self.expecting = true;
                self.run(Some(bracket));
            } else {
                self.at += c.len_utf8();
            }
        }
        self.expecting = false;
        self.after_parameter = false;
    }

    fn here_string(&mut self) {
        let start = self.at;
        let end = if self.rest().starts_with("@'") { "\n'@" } else { "\n\"@" };
        match self.rest().find(end) {
            Some(found) => self.at += found + end.len(),
            None => {
                self.out.faults.push((start..start + 2, Fault::Quote));
                self.at = self.text.len();
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let end =
            self.rest().find(|c: char| c.is_whitespace() || "|;(){}[]=,'\"`&".contains(c)).unwrap_or(self.rest().len());
        // A character that begins no word and ends one, such as a lone quote of another kind.
        let end = if end == 0 { self.peek().map_or(1, char::len_utf8) } else { end };
        self.at += end;
        let word = &self.text[start..self.at];
        let is_parameter = word.starts_with('-') && word[1..].starts_with(|c: char| c.is_ascii_alphabetic());
        if self.expecting && KEYWORDS.contains(&word.to_ascii_lowercase().as_str()) {
            return;
        }
        let name = word.starts_with(|c: char| c.is_ascii_alphabetic());
        if self.expecting && name {
            self.out.commands.push(Name { range: start..self.at, what_if: false });
        } else if word.eq_ignore_ascii_case("in") {
            self.expecting = true;
            return;
        } else if word.eq_ignore_ascii_case("-whatif") {
            if let Some(command) = self.out.commands.last_mut() {
                command.what_if = true;
            }
        } else if !self.after_parameter && !self.in_hash() && is_cmdlet(word) {
            self.out.faults.push((start..self.at, Fault::SecondCommand));
            self.out.commands.push(Name { range: start..self.at, what_if: false });
        }
        self.expecting = false;
        self.after_parameter = is_parameter;
    }
}

/// Whether a word is a cmdlet's name: a known verb, and a noun with a capital.
fn is_cmdlet(word: &str) -> bool {
    let Some((verb, noun)) = word.split_once('-') else { return false };
    VERBS.contains(&verb.to_ascii_lowercase().as_str())
        && noun.starts_with(|c: char| c.is_ascii_uppercase())
        && noun.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether a word fits a wildcard in which `*` is any text; case does not count.
pub(crate) fn fits(word: &str, wildcard: &str) -> bool {
    let (word, wildcard) = (word.as_bytes(), wildcard.as_bytes());
    let Some(star) = wildcard.iter().position(|b| *b == b'*') else { return word.eq_ignore_ascii_case(wildcard) };
    let (first, behind) = (&wildcard[..star], &wildcard[star + 1..]);
    if word.len() < first.len() || !word[..first.len()].eq_ignore_ascii_case(first) {
        return false;
    }
    let mut rest = &word[first.len()..];
    let mut parts = behind.split(|b| *b == b'*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.len() >= part.len() && rest[rest.len() - part.len()..].eq_ignore_ascii_case(part);
        }
        match rest.windows(part.len().max(1)).position(|window| window.eq_ignore_ascii_case(part) || part.is_empty()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(text: &str) -> Vec<&str> {
        scan(text).commands.into_iter().map(|name| &text[name.range]).collect()
    }

    fn faults(text: &str) -> Vec<(&str, Fault)> {
        scan(text).faults.into_iter().map(|(range, fault)| (&text[range], fault)).collect()
    }

    #[test]
    fn commands_are_found_where_they_begin() {
        assert_eq!(commands("Get-Mailbox x | Format-List Name"), ["Get-Mailbox", "Format-List"]);
        assert_eq!(commands("$a = (Get-Date).AddDays(-1)\nGet-Item $a"), ["Get-Date", "Get-Item"]);
        assert_eq!(commands("Get-A | ForEach-Object { Set-B -Id $_ }"), ["Get-A", "ForEach-Object", "Set-B"]);
        assert_eq!(commands("Set-M -E @{Add='Get-B';Remove=\"x $(Get-C) y\"}"), ["Set-M", "Get-C"]);
        assert_eq!(commands("foreach ($m in Get-Mailbox) { Get-User $m }"), ["Get-Mailbox", "Get-User"]);
        assert_eq!(commands("Get-ManagementRole -Cmdlet Set-Mailbox"), ["Get-ManagementRole"]);
    }

    #[test]
    fn sound_commands_have_no_fault() {
        for command in [
            "Get-User -Filter \"Name -eq 'o''b' -and X -eq `\"y`\"\" | fl",
            "$a = 1\nGet-B $a",
            "Get-A |\n  Select-Object B",
            "Set-A -B @{Add='x';Remove='y'}",
            "# it's a comment\nGet-A",
            "Get-A -Cmdlet Set-Mailbox, Get-Mailbox",
            "[Net.ServicePointManager]::SecurityProtocol",
            "@'\nit's\n'@ | Out-File x",
            "Get-A;",
        ] {
            assert_eq!(faults(command), [], "{command}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_found() {
        assert_eq!(faults("Get-A 'b"), [("'", Fault::Quote)]);
        assert_eq!(faults("Get-A \"b"), [("\"", Fault::Quote)]);
        assert_eq!(faults("Get-A (b"), [("(", Fault::Bracket(')'))]);
        assert_eq!(faults("Get-A b}"), [("}", Fault::Bracket('{'))]);
        assert_eq!(faults("Get-A { (b } | fl"), [("(", Fault::Bracket(')'))]);
        assert_eq!(faults("Get-A; Get-B"), [("Get-B", Fault::SecondCommand)]);
        assert_eq!(faults("Get-A | FL Name Get-B | FL"), [("Get-B", Fault::SecondCommand)]);
        assert_eq!(faults("Get-A && Get-B"), [("Get-B", Fault::SecondCommand)]);
    }

    #[test]
    fn what_if_is_noted() {
        assert!(scan("Remove-A x -WhatIf").commands[0].what_if);
        assert!(!scan("Remove-A x").commands[0].what_if);
    }

    #[test]
    fn a_wildcard_fits_the_whole_word() {
        assert!(fits("Set-MsolUser", "*-Msol*") && fits("IISRESET", "iisreset") && fits("New-X", "new-*"));
        assert!(!fits("Set-MgUser", "*-Msol*") && !fits("iisreset2", "iisreset") && !fits("Renew-X", "new-*"));
        assert!(fits("abcbc", "a*bc") && !fits("abcbd", "a*bc"));
    }
}
