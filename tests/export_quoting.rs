//! Words of a rule stay words in every language that rules are exported to, whatever they hold: quotes, wildcards, backslashes, pipes.
//!
//! Each query is read back by a small reader of that language's strings. What is not a string must be the same as in the query of
//! harmless words, and the words must come back as they were.

use freebusy::export::{Exporter, Target};
use freebusy::rules::{Loader, Prepared, Rules};

/// A small generator of pseudo-random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// Words that begin and end in a letter, so that trimming does not matter.
    fn words(&mut self) -> String {
        let middle: String = (0..1 + self.below(9)).map(|_| PIECES[self.below(PIECES.len())]).collect();
        format!("a{middle}z")
    }
}

const PIECES: [&str; 34] = [
    "'", "\"", "\\", "*", "?", "%", "_", "|", "`", "''", "\"\"", "\\\\", "\\'", "\\\"", "\\*", "/*", "*/", "--", "//",
    "#", ";", "[", "]", "(", ")", "{", "}", "$", "^", "+", ".", "&", " ", "ü",
];

/// A rule that asks for a provider, a column's value, and a part of a column.
fn rules(words: &[String; 3]) -> Rules {
    let [provider, is, contains] = words.each_ref().map(|words| serde_json::to_string(words).expect("JSON"));
    let rule = format!(
        "id: custom-rule\ntitle: A rule of one's own\narea: oauth\ndirection: [cloud-to-on-premises]\nauth: []\n\
         signature:\n  any:\n    - event: {{ provider: {provider} }}\n    - field: {{ name: sc-status, is: {is} }}\n    \
         - field: {{ name: UserAgent, contains: {contains} }}\nquestion: Is it?\nsummary: It is.\ncause: It is so.\nverify: Look.\n\
         steps:\n  - id: look\n    title: Look\n    effect: read-only\n    text: Look.\n    expect: Something.\n\
         references:\n  - title: A page\n    url: https://learn.microsoft.com/exchange\nreviewed: 2026-11-22\n"
    );
    let mut loader = Loader::standalone();
    loader.add(Prepared::new("oauth/custom-rule.yaml".to_owned(), rule));
    loader.finish().unwrap_or_else(|errors| panic!("{}", errors.iter().map(ToString::to_string).collect::<String>()))
}

fn query(words: &[String; 3], target: Target) -> String {
    Exporter::new(&rules(words)).expect("rules").rule(0, target).text
}

/// The strings of a query in double quotes, where a backslash escapes; and everything else. Comments hold no words of a rule's
/// condition, and `@"..."` is a string without escapes.
fn read_double(query: &str) -> (Vec<String>, String) {
    let (mut strings, mut rest) = (Vec::new(), String::new());
    for line in query.split_inclusive('\n').filter(|line| !line.starts_with("//") && !line.starts_with("```")) {
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            if c != '"' {
                rest.push(c);
                continue;
            }
            let verbatim = rest.ends_with('@');
            let mut string = String::new();
            loop {
                match chars.next().expect("a string ends on its line") {
                    '"' => break,
                    '\\' if !verbatim => match chars.next().expect("something is escaped") {
                        'n' => string.push('\n'),
                        c @ ('\\' | '"') => string.push(c),
                        c => panic!("\\{c} in {line}"),
                    },
                    c => string.push(c),
                }
            }
            strings.push(string);
            rest.push('¤');
        }
    }
    (strings, rest)
}

/// The strings of a query in single quotes, which are doubled inside.
fn read_single(query: &str) -> (Vec<String>, String) {
    let (mut strings, mut rest) = (Vec::new(), String::new());
    let text: String = query.split_inclusive('\n').filter(|line| !line.starts_with("--")).collect();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\'' {
            rest.push(c);
            continue;
        }
        let mut string = String::new();
        loop {
            match chars.next().expect("a string ends") {
                '\'' if chars.peek() == Some(&'\'') => {
                    chars.next();
                    string.push('\'');
                }
                '\'' => break,
                c => string.push(c),
            }
        }
        strings.push(string);
        rest.push('¤');
    }
    (strings, rest)
}

/// Takes the backslashes away that make a pattern of a text.
fn unescaped(pattern: &str) -> String {
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().expect("something is escaped") } else { c });
    }
    out
}

/// Whether wildcards stand in a pattern that no backslash takes for themselves.
fn has_wildcards(pattern: &str) -> bool {
    let mut escaped = false;
    pattern.chars().any(|c| {
        let wild = !escaped && matches!(c, '*' | '?');
        escaped = c == '\\' && !escaped;
        wild
    })
}

fn each(mut check: impl FnMut(&[String; 3])) {
    let mut random = Random(0x5eed_cafe_f00d_0001);
    for piece in PIECES {
        check(&[format!("a{piece}z"), format!("b{piece}y"), format!("c{piece}x")]);
    }
    for _ in 0..150 {
        check(&[random.words(), random.words(), random.words()]);
    }
}

fn harmless() -> [String; 3] {
    ["aaaa", "bbbb", "cccc"].map(str::to_owned)
}

fn lower(words: &[String; 3]) -> [String; 3] {
    words.each_ref().map(|words| words.to_lowercase())
}

#[test]
fn kql_reads_the_words_back() {
    let (_, shape) = read_double(&query(&harmless(), Target::Kql));
    each(|words| {
        let (strings, rest) = read_double(&query(words, Target::Kql));
        assert_eq!(rest, shape, "{words:?}");
        for words in words {
            assert!(strings.contains(words), "{words}: {strings:?}");
        }
    });
}

#[test]
fn spl_reads_the_words_back() {
    let (_, shape) = read_double(&query(&harmless(), Target::Spl));
    each(|words| {
        let query = query(words, Target::Spl);
        let condition = query.split_once("| where").expect("a condition").1;
        assert!(!condition.contains('`'), "a macro: {condition}");
        // A backtick is put together of pieces.
        let query = query.replace("\".urldecode(\"%60\").\"", "`");
        let (strings, rest) = read_double(&query);
        assert_eq!(rest, shape, "{words:?}");
        let [provider, is, contains] = lower(words);
        assert!(strings.contains(&provider) && strings.contains(&is), "{words:?}: {strings:?}");
        let back = |string: &String| unescaped(&string.replace("\\x60", "`"));
        assert!(strings.iter().any(|string| back(string) == contains), "{contains}: {strings:?}");
        // What `match` takes is a pattern, whatever the words are.
        let pattern = strings.iter().find(|string| back(string) == contains).expect("found above");
        assert!(regex::Regex::new(pattern).is_ok(), "{pattern}");
    });
}

#[test]
fn esql_reads_the_words_back() {
    let (_, shape) = read_double(&query(&harmless(), Target::Esql));
    each(|words| {
        let (strings, rest) = read_double(&query(words, Target::Esql));
        assert_eq!(rest, shape, "{words:?}");
        let [provider, is, contains] = lower(words);
        assert!(strings.contains(&provider) && strings.contains(&is), "{words:?}: {strings:?}");
        let pattern = strings.iter().filter_map(|string| string.strip_prefix('*')?.strip_suffix('*'));
        let found = pattern.filter(|pattern| unescaped(pattern) == contains).collect::<Vec<_>>();
        assert!(!found.is_empty() && !found.iter().any(|pattern| has_wildcards(pattern)), "{contains}: {strings:?}");
    });
}

#[test]
fn sqlite_reads_the_words_back() {
    let (_, shape) = read_single(&query(&harmless(), Target::Sqlite));
    each(|words| {
        let (strings, rest) = read_single(&query(words, Target::Sqlite));
        assert_eq!(rest, shape, "{words:?}");
        for words in words {
            assert!(strings.contains(&words.to_ascii_lowercase()), "{words}: {strings:?}");
        }
    });
}

#[test]
fn sigma_reads_the_words_back() {
    each(|words| {
        let text = query(words, Target::Sigma);
        let rule: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
        let mut values = Vec::new();
        for (_, selection) in rule["detection"].as_mapping().expect("selections") {
            values.extend(selection.as_mapping().into_iter().flatten().filter_map(|(_, value)| value.as_str()));
        }
        for words in words {
            let found = values.iter().filter(|value| unescaped(value) == *words).collect::<Vec<_>>();
            assert!(!found.is_empty() && !found.iter().any(|value| has_wildcards(value)), "{words}: {values:?}");
        }
    });
}
