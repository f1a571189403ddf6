//! What somebody asks to have explained: texts, values for the commands, and what the answer should look like.

use super::problem::Problem;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// More texts than one case has.
const MOST_TEXTS: usize = 20;

/// More values, contexts or ticked steps than one case has.
const MOST_WORDS: usize = 400;

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The texts: together they are one case.
    pub texts: Vec<Pasted>,
    /// Values for the commands, by parameter.
    pub set: BTreeMap<String, String>,
    /// Contexts that the person vouches for.
    pub assume: BTreeSet<String>,
    /// Whether names become pseudonyms.
    pub redact: bool,
    /// The day for which the answer holds (ISO 8601 date); today where there is none.
    pub as_of: Option<String>,
    /// Steps that are done: `RULE/STEP`.
    pub done: BTreeSet<String>,
    /// Whether the page should have room for one more text.
    pub more: bool,
}

/// A text as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pasted {
    /// How answers call it; empty for a name by its number.
    pub name: String,
    /// Its bytes, in whatever encoding.
    pub bytes: Vec<u8>,
}

/// A part of a form, or of an upload.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// The form's name for it.
    pub name: String,
    /// The name of the file, where it is one.
    pub file: Option<String>,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The question as JSON.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    texts: Vec<JsonText>,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    assume: BTreeSet<String>,
    #[serde(default)]
    redact: bool,
    #[serde(default)]
    as_of: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonText {
    #[serde(default)]
    name: String,
    text: String,
}

impl Ask {
    /// One text and nothing else.
    pub fn text(bytes: Vec<u8>) -> Self {
        Self { texts: vec![Pasted { name: String::new(), bytes }], ..Self::default() }
    }

    /// Reads a question that was sent as JSON.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn json(body: &[u8]) -> Result<Self, Problem> {
        let asked: Json = serde_json::from_slice(body).map_err(|error| {
            Problem::new(400, format!("the question is not as documented: {error}"))
                .help("send {\"texts\": [{\"text\": \"the error\"}]}; /api/openapi.json describes the rest")
        })?;
        let texts = asked.texts.into_iter().map(|text| Pasted { name: text.name, bytes: text.text.into_bytes() });
        Self {
            texts: texts.collect(),
            set: asked.set,
            assume: asked.assume,
            redact: asked.redact,
            as_of: asked.as_of,
            ..Self::default()
        }
        .bounded()
    }

    /// Reads a question that was sent as a form. Names that no form of this page has are passed over.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn form(fields: impl IntoIterator<Item = Field>) -> Result<Self, Problem> {
        let mut ask = Self::default();
        let mut next_name = String::new();
        for field in fields {
            let words = || String::from_utf8_lossy(&field.bytes).trim().to_owned();
            match field.name.as_str() {
                // Stands before the text that it names.
                "name" => next_name = words(),
                "text" => ask.texts.push(Pasted { name: std::mem::take(&mut next_name), bytes: field.bytes }),
                // A browser sends a file without a name where none was chosen.
                "file" if field.bytes.is_empty() => {}
                "file" => {
                    ask.texts.push(Pasted { name: file_name(field.file.as_deref().unwrap_or("")), bytes: field.bytes });
                }
                "redact" => ask.redact = true,
                "more" => ask.more = true,
                "assume" => drop(ask.assume.insert(words())),
                "done" => drop(ask.done.insert(words())),
                name => {
                    if let Some(parameter) = name.strip_prefix("set.").filter(|_| !words().is_empty()) {
                        ask.set.insert(parameter.to_owned(), words());
                    }
                }
            }
        }
        // An empty box among others was just not used.
        if ask.texts.iter().any(|text| !is_blank(&text.bytes)) {
            ask.texts.retain(|text| !is_blank(&text.bytes));
        } else {
            ask.texts.truncate(1);
        }
        ask.bounded()
    }

    /// The names by which answers call the texts.
    pub fn names(&self) -> Vec<String> {
        let name = |(number, text): (usize, &Pasted)| match text.name.as_str() {
            "" if self.texts.len() == 1 => "paste".to_owned(),
            "" => format!("paste {}", number + 1),
            name => name.to_owned(),
        };
        self.texts.iter().enumerate().map(name).collect()
    }

    fn bounded(self) -> Result<Self, Problem> {
        if self.texts.is_empty() {
            return Err(Problem::new(422, "there is no text").help("paste the error as Exchange printed it"));
        }
        if self.texts.len() > MOST_TEXTS {
            let message = format!("there are {} texts, and one case has at most {MOST_TEXTS}", self.texts.len());
            return Err(Problem::new(422, message).help("put what belongs together into one text"));
        }
        if [self.set.len(), self.assume.len(), self.done.len()].into_iter().any(|count| count > MOST_WORDS) {
            return Err(Problem::new(422, "there are more values than one case has"));
        }
        Ok(self)
    }
}

/// The name of a file without the folders that some browsers send with it.
pub fn file_name(path: &str) -> String {
    const LONGEST: usize = 120;
    let name: String = path.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(LONGEST).collect();
    if name.trim().is_empty() { "file".to_owned() } else { name }
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> Field {
        Field { name: name.to_owned(), file: None, bytes: value.as_bytes().to_vec() }
    }

    #[test]
    fn a_form_leaves_out_what_was_not_filled_in() {
        let fields = [
            field("text", " \r\n"),
            field("name", "ioc.txt"),
            field("text", "Enabled : True"),
            Field { file: Some(String::new()), ..field("file", "") },
            field("set.cloud_mailbox", " user1@contoso.com "),
            field("set.server", ""),
            field("redact", "on"),
            field("unknown", "x"),
        ];
        let ask = Ask::form(fields).expect("a question");
        assert_eq!(ask.names(), ["ioc.txt"]);
        assert_eq!(ask.set, BTreeMap::from([("cloud_mailbox".into(), "user1@contoso.com".into())]));
        assert!(ask.redact && !ask.more);
    }

    #[test]
    fn texts_without_a_name_are_called_by_their_number() {
        assert_eq!(
            Ask::form([field("text", "a"), field("text", "b")]).expect("a question").names(),
            ["paste 1", "paste 2"]
        );
        assert_eq!(Ask::text(b"a".to_vec()).names(), ["paste"]);
    }

    #[test]
    fn the_folders_of_a_file_are_nobody_s_business() {
        for path in ["C:\\Users\\ann\\error.txt", "../../etc/error.txt", "error.txt"] {
            assert_eq!(file_name(path), "error.txt");
        }
        assert_eq!(file_name("../"), "file");
    }

    #[test]
    fn json_that_is_not_as_documented_is_refused_with_its_place() {
        let deep = format!("{{\"texts\": {}", "[".repeat(100_000));
        for body in ["", "{}", "[]", "{\"texts\": [{\"txt\": \"a\"}]}", "{\"texts\": []}", &deep] {
            let problem = Ask::json(body.as_bytes()).expect_err(body);
            assert!(problem.status >= 400 && !problem.message.is_empty());
        }
        assert!(Ask::json(b"{\"texts\":\n[{\"txt\"").expect_err("an error").message.contains("line 2"));
    }
}
