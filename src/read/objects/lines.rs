//! A session's lines: prompts, and the prefixes of the streams beside the output.

/// A line of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// The line without its end.
    pub text: &'t str,
}

impl Line<'_> {
    /// Where it ends in the text.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it holds nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// How many characters it has.
    pub fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// A text's lines.
pub(super) fn split(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let mut content = line.trim_end_matches(['\n', '\r']);
        let mut at = start;
        if start == 0 {
            content = content.trim_start_matches('\u{feff}');
            at = line.len() - line.trim_start_matches('\u{feff}').len();
        }
        lines.push(Line { start: at, text: content });
        start += line.len();
    }
    lines
}

/// A line that a console writes with a prefix for its stream: `VERBOSE: x`, in any language. The answer is `x`.
pub(super) fn without_stream(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    let (label, rest) = trimmed.split_once([':', '\u{ff1a}'])?;
    // French has a blank before the colon.
    let label = label.trim_end();
    let is_label = label.chars().count() >= 2 && label.chars().all(|c| c.is_alphabetic() && !c.is_lowercase());
    // What the cmdlets themselves write in capitals.
    let own = label == "RESULT" || label == "STEP";
    // Shorter ones in Latin letters are names of properties.
    let short = label.is_ascii() && label.len() < 5;
    (is_label && !own && !short).then(|| rest.trim_start())
}

/// A prompt with its command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prompt {
    /// The cmdlet whose objects are printed, where the command leaves no doubt.
    pub cmdlet: Option<Box<str>>,
    /// How many lines it takes.
    pub lines: usize,
}

/// The least width of a console; a prompt's line of that length may go on in the next one.
const CONSOLE: usize = 79;

/// How many lines of a wrapped command are looked at.
const LONGEST_COMMAND: usize = 6;

/// Whether a line is a prompt with its command, or a command that was pasted without one.
pub fn is_command_line(line: &str) -> bool {
    prompt(&split(line), 0).is_some()
}

/// The prompt in this line, or a command line that was pasted without one.
pub(super) fn prompt(lines: &[Line<'_>], n: usize) -> Option<Prompt> {
    let line = lines[n].text;
    let bare = without_prompt(line);
    let mut command = bare.or_else(|| is_command(line).then_some(line))?.to_owned();
    let mut taken = 1;
    while taken < LONGEST_COMMAND && n + taken < lines.len() {
        let goes_on = lines[n + taken].text.trim_start().strip_prefix(">>");
        let was_cut = lines[n + taken - 1].width() >= CONSOLE && !lines[n + taken].is_blank();
        match goes_on {
            Some(rest) => command.push_str(rest),
            None if was_cut => command.push_str(lines[n + taken].text),
            None => break,
        }
        taken += 1;
    }
    Some(Prompt { cmdlet: cmdlet_of(&command), lines: taken })
}

/// What stands behind a prompt: `PS C:\> `, `[PS] C:\Windows\system32>`, `[EX01] PS C:\>`, `PS>` of a transcript.
fn without_prompt(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = match line.strip_prefix('[') {
        Some(inner) => {
            let (name, rest) = inner.split_once(']')?;
            let rest = rest.trim_start_matches(':').trim_start();
            if name == "PS" { rest } else { rest.strip_prefix("PS")? }
        }
        None => line.strip_prefix("PS")?,
    };
    let (place, command) = rest.split_once('>')?;
    let place = place.trim();
    let is_place = place.is_empty() || place.contains([':', '\\', '/', '~']);
    (is_place && place.len() < 200).then_some(command)
}

/// Whether a line is a command without a prompt: a reading cmdlet, and behind it nothing, a parameter or a pipe.
fn is_command(line: &str) -> bool {
    let line = line.trim();
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let reads =
        ["Get-", "Test-"].iter().any(|verb| first.get(..verb.len()).is_some_and(|v| v.eq_ignore_ascii_case(verb)));
    let rest = rest.trim_start();
    reads && is_cmdlet(first) && (rest.is_empty() || rest.starts_with(['-', '|', '"', '\'']) && !rest.starts_with("--"))
}

/// Whether a word is written like a cmdlet's name.
pub(super) fn is_cmdlet(word: &str) -> bool {
    match word.split_once('-') {
        Some((verb, noun)) => {
            let letters = |part: &str| part.len() > 2 && part.bytes().all(|b| b.is_ascii_alphanumeric());
            letters(verb) && letters(noun) && verb.bytes().all(|b| b.is_ascii_alphabetic())
        }
        None => false,
    }
}

/// The cmdlet whose objects a command prints: the last of its pipeline that does more than choose and format.
pub fn cmdlet_of(command: &str) -> Option<Box<str>> {
    let mut found: Option<Box<str>> = None;
    for statement in pieces(command, ';') {
        let mut of_statement = None;
        for segment in pieces(statement, '|') {
            let word = segment.trim_start_matches(|c: char| c.is_whitespace() || c == '(' || c == '&');
            // `$x = Get-Y`
            let word = word
                .strip_prefix('$')
                .and_then(|rest| rest.split_once('='))
                .map_or(word, |(_, rest)| rest.trim_start());
            let word = word.trim_start_matches('(');
            let end = word.find(|c: char| c.is_whitespace() || c == ')').unwrap_or(word.len());
            let word = &word[..end];
            const SHAPES: [&str; 11] = [
                "format-",
                "select-",
                "where-",
                "sort-",
                "out-",
                "convertto-",
                "export-",
                "foreach-",
                "tee-",
                "group-",
                "add-",
            ];
            let shapes = SHAPES.iter().any(|verb| word.to_ascii_lowercase().starts_with(verb));
            if is_cmdlet(word) && !shapes {
                of_statement = Some(Box::from(word));
            }
        }
        match (of_statement, &found) {
            (Some(new), Some(known)) if new != *known => return None,
            (Some(new), _) => found = Some(new),
            (None, _) => {}
        }
    }
    found
}

/// A command's parts between separators that stand outside of quotes and braces.
fn pieces(command: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut quote, mut depth) = (0, None, 0_usize);
    for (at, c) in command.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            (None, c) if c == separator && depth == 0 => {
                pieces.push(&command[start..at]);
                start = at + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    pieces.push(&command[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cmdlet(line: &str) -> Option<String> {
        prompt(&split(line), 0).and_then(|prompt| prompt.cmdlet).map(String::from)
    }

    #[test]
    fn prompts_of_all_consoles_are_known() {
        for line in [
            "[PS] C:\\Windows\\system32>Get-AuthConfig | fl",
            "PS C:\\Users\\a> Get-AuthConfig|FL CurrentCertificateThumbprint",
            "PS /home/a> Get-AuthConfig",
            "[EX01]: PS C:\\>Get-AuthConfig | Select-Object *",
            "PS>Get-AuthConfig",
            "[PS] C:\\>$x = Get-AuthConfig; $x | fl",
            "Get-AuthConfig | Format-List",
            "Get-AuthConfig",
        ] {
            assert_eq!(cmdlet(line).as_deref(), Some("Get-AuthConfig"), "{line}");
        }
    }

    #[test]
    fn the_last_cmdlet_of_a_pipeline_prints_its_objects() {
        let rooms = "[PS] C:\\>Get-DistributionGroupMember -Identity 'a | b' | Get-MailboxCalendarConfiguration | FL Identity,Working*";
        assert_eq!(cmdlet(rooms).as_deref(), Some("Get-MailboxCalendarConfiguration"));
        let nested = "[PS] C:\\>Get-ExchangeCertificate -Thumbprint (Get-AuthConfig).CurrentCertificateThumbprint | FL";
        assert_eq!(cmdlet(nested).as_deref(), Some("Get-ExchangeCertificate"));
        assert_eq!(cmdlet("[PS] C:\\>Get-AuthConfig; Get-AuthServer"), None);
        assert_eq!(prompt(&split("[PS] C:\\>"), 0), Some(Prompt { cmdlet: None, lines: 1 }));
    }

    #[test]
    fn a_command_that_the_console_wrapped_is_put_together() {
        let line = "[PS] C:\\Windows\\system32>Test-OAuthConnectivity -Service EWS -TargetUri https://o.example/x | Get-Authc\r\nonfig | fl\r\n";
        let read = prompt(&split(line), 0).expect("a prompt");
        assert_eq!((read.cmdlet.as_deref(), read.lines), (Some("Get-Authconfig"), 2));
    }

    #[test]
    fn an_ordinary_line_is_no_prompt() {
        for line in [
            "Get-Mailbox: not found",
            "Test-OrganizationRelationship : The email",
            "PSComputerName > x y",
            "a > b",
            "Get-in touch",
        ] {
            assert_eq!(prompt(&split(line), 0), None, "{line}");
        }
    }

    #[test]
    fn the_prefix_of_a_stream_is_known_in_any_language() {
        for line in [
            "VERBOSE: x",
            "AUSF\u{dc}HRLICH: x",
            "WARNUNG: x",
            "COMMENTAIRES : x",
            "\u{41f}\u{41e}\u{414}\u{420}\u{41e}\u{411}\u{41d}\u{41e}: x",
        ] {
            assert_eq!(without_stream(line), Some("x"), "{line}");
        }
        for line in ["RESULT: Success.", "Id : x", "STEP 1: x", "LID: 43532", "ID : x", ""] {
            assert_eq!(without_stream(line), None, "{line}");
        }
    }
}
