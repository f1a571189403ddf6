//! Answers, line by line: of a person at a terminal, of a script, or as JSON.

use crate::guide::{Answer, Ask, LONGEST_ANSWER};
use crate::read::Input;
use std::io::{self, BufRead, Read};

/// What ends a paste.
const END: &str = ".";

/// The lines of standard input.
pub(super) struct Lines<'r> {
    reader: Box<dyn BufRead + 'r>,
    begun: bool,
}

impl<'r> Lines<'r> {
    /// Nothing is read before the first line is asked for: a person must see the question first.
    pub fn new(reader: impl BufRead + 'r) -> Self {
        Self { reader: Box::new(reader), begun: false }
    }

    /// The next line without its end; nothing at the end of the input.
    pub fn next(&mut self) -> io::Result<Option<String>> {
        let first = !std::mem::replace(&mut self.begun, true);
        if first {
            self.decode()?;
        }
        let mut bytes = Vec::new();
        // A line without end takes no more memory than the longest answer.
        self.reader.by_ref().take(LONGEST_ANSWER as u64 + 2).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if first && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            bytes.pop();
        }
        Ok(Some(match String::from_utf8(bytes) {
            Ok(text) => text,
            // What a Windows console or an older editor wrote.
            Err(error) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned(),
        }))
    }

    /// Turns a script in UTF-16, as Windows' own editor and shell write it, into UTF-8. It has its byte order mark in front.
    fn decode(&mut self) -> io::Result<()> {
        let head = self.reader.fill_buf()?;
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            let mut bytes = Vec::new();
            self.reader.read_to_end(&mut bytes)?;
            let text = Input::from_bytes(bytes).map(|input| input.text).unwrap_or_default();
            self.reader = Box::new(io::Cursor::new(text.into_bytes()));
        }
        Ok(())
    }

    /// The answer to what is asked. The end of the input is the wish to stop.
    pub fn answer(&mut self, ask: &Ask) -> io::Result<Answer> {
        let Some(line) = self.next()? else { return Ok(Answer::Quit) };
        if let Some(answer) = word(&line) {
            return Ok(answer);
        }
        Ok(match ask {
            Ask::Error | Ask::Collect(_) => Answer::Output(self.paste(line)?),
            Ask::Step(step) if !step.step.commands.is_empty() => Answer::Output(self.paste(line)?),
            Ask::Step(_) => Answer::Output(line),
            Ask::Value(_) => Answer::Value(line),
            Ask::Question(_) | Ask::Confirm(_) | Ask::End(_) => Answer::Choice(match line.trim() {
                "y" | "Y" => "yes".to_owned(),
                "n" | "N" => "no".to_owned(),
                other => other.to_owned(),
            }),
        })
    }

    /// A paste that begins with this line.
    fn paste(&mut self, first: String) -> io::Result<String> {
        let mut text = String::new();
        let mut line = Some(first);
        while let Some(content) = line.take().filter(|line| line.trim_end() != END) {
            // What is too long is read to its end, so that the rest is not taken for the next answer.
            if text.len() <= LONGEST_ANSWER {
                text.push_str(&content);
                text.push('\n');
            }
            line = self.next()?;
        }
        Ok(text)
    }
}

/// The words that are no answer to a question, but about the walk itself.
fn word(line: &str) -> Option<Answer> {
    match line.trim().to_ascii_lowercase().as_str() {
        "skip" => Some(Answer::Skip),
        "solved" => Some(Answer::Solved),
        "back" => Some(Answer::Back),
        "quit" => Some(Answer::Quit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_holds_blank_lines_and_ends_with_a_full_stop() {
        let mut lines = Lines::new("\u{feff}Name : a\r\n\r\nName : b\r\n.\r\nskip\n".as_bytes());
        assert_eq!(lines.answer(&Ask::Error).expect("lines"), Answer::Output("Name : a\n\nName : b\n".into()));
        assert_eq!(lines.answer(&Ask::Error).expect("lines"), Answer::Skip);
        assert_eq!(lines.answer(&Ask::Error).expect("lines"), Answer::Quit);
    }

    #[test]
    fn a_paste_that_is_too_long_is_still_one_answer() {
        let text = format!("{}\n.\nquit\n", "x".repeat(3 * LONGEST_ANSWER));
        let mut lines = Lines::new(text.as_bytes());
        let Answer::Output(paste) = lines.answer(&Ask::Error).expect("lines") else { panic!("no paste") };
        assert!(paste.len() > LONGEST_ANSWER);
        assert_eq!(lines.answer(&Ask::Error).expect("lines"), Answer::Quit);
    }

    #[test]
    fn a_script_in_utf_16_is_read_as_well() {
        let bytes: Vec<u8> = "\u{feff}Größe\r\n.\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut lines = Lines::new(io::Cursor::new(bytes));
        assert_eq!(lines.answer(&Ask::Error).expect("lines"), Answer::Output("Größe\n".into()));
    }
}
