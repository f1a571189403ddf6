//! The steps that test cmdlets tell while they work: `STEP 2: ...` with `RESULT: ...` below, whatever stream they come on.
//!
//! The numbers differ from build to build, so a step is known by its sentence.

use super::lines::{Line, prompt, without_stream};
use super::{Form, Object, Property, Value, extent};
use std::ops::Range;

/// Reads the step that begins with the first line; the answer is how many lines it takes, nothing where none begins.
pub(super) fn read(lines: &[Line<'_>], cmdlet: Option<&str>, objects: &mut Vec<Object>) -> Option<usize> {
    let mut sentence = step(plain(lines.first()?))?.to_owned();
    let mut result: Option<String> = None;
    let mut sentence_end = 1;
    let mut result_lines: Range<usize> = 1..1;
    let mut end = 1;
    let mut blanks = 0;
    for (n, line) in lines.iter().enumerate().skip(1) {
        let text = plain(line);
        if text.is_empty() {
            blanks += 1;
            // A step without a word of its result ends where something else begins.
            if blanks > 2 {
                break;
            }
            continue;
        }
        if step(text).is_some() || prompt(lines, n).is_some() || is_object(lines, n) {
            break;
        }
        match (text.strip_prefix("RESULT:"), &mut result) {
            (Some(said), None) => {
                result = Some(said.trim().to_owned());
                result_lines = n..n + 1;
            }
            (Some(_), Some(_)) => break,
            (None, Some(said)) => {
                // The console cuts inside words.
                if lines[n - 1].width() < 79 {
                    said.push(' ');
                }
                said.push_str(text);
                result_lines.end = n + 1;
            }
            // A long sentence goes on in the next line.
            (None, None) if blanks == 0 && n == sentence_end && lines[n - 1].width() >= 70 => {
                sentence.push_str(text);
                sentence_end = n + 1;
            }
            (None, None) => {
                result = Some(text.to_owned());
                result_lines = n..n + 1;
            }
        }
        blanks = 0;
        end = n + 1;
    }
    let value =
        |text: &str| if text.is_empty() { Value::Empty } else { Value::Text { text: text.to_owned(), cut: false } };
    let mut properties =
        vec![Property { name: "Step".into(), value: value(sentence.trim()), at: extent(&lines[..sentence_end]) }];
    if let Some(result) = result {
        properties.push(Property { name: "Result".into(), value: value(&result), at: extent(&lines[result_lines]) });
    }
    objects.push(Object::new(cmdlet, Form::Step, properties, extent(&lines[..end])));
    Some(end)
}

/// A line without the prefix of its stream.
fn plain<'t>(line: &Line<'t>) -> &'t str {
    without_stream(line.text).unwrap_or(line.text).trim()
}

/// Whether the objects begin here, behind the steps.
fn is_object(lines: &[Line<'_>], n: usize) -> bool {
    crate::read::property_list::line(lines[n].text).is_some() && without_stream(lines[n].text).is_none()
        || lines.get(n + 1).is_some_and(|line| line.text.trim().starts_with("--"))
}

/// The sentence of a step: what stands behind `STEP 1:`, `STEP 1 of 6:` or `LAST STEP:`.
fn step(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("LAST ").unwrap_or(line).strip_prefix("STEP")?;
    let (number, sentence) = rest.split_once(':')?;
    let is_number =
        number.len() < 16 && number.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c.is_ascii_lowercase());
    is_number.then_some(sentence.trim())
}

#[cfg(test)]
mod tests {
    use super::super::{Form, read};

    fn steps(text: &str) -> Vec<(String, String)> {
        let value =
            |object: &super::Object, name: &str| object.property(name).map(|p| p.value.text()).unwrap_or_default();
        let steps = read(text).into_iter().filter(|object| object.form == Form::Step);
        steps.map(|object| (value(&object, "Step"), value(&object, "Result"))).collect()
    }

    #[test]
    fn a_step_has_its_sentence_and_its_result_on_any_stream() {
        let expected = [
            ("Validating user configuration".to_owned(), "Success.".to_owned()),
            ("Requesting delegation token from the STS...".to_owned(), "Success. Retrieved token for x".to_owned()),
            ("Writing results...".to_owned(), "No Significant Issues to Report COMPLETE.".to_owned()),
        ];
        let text = "STEP 1: Validating user configuration\n\nRESULT: Success.\nSTEP 4: Requesting delegation token from the STS...\n\
                    RESULT: Success.\nRetrieved token for x\n\nLAST STEP: Writing results...\nNo Significant Issues to Report\n\nCOMPLETE.\n";
        assert_eq!(steps(text), expected);
        for prefix in ["VERBOSE: ", "AUSF\u{dc}HRLICH: ", "\u{41f}\u{41e}\u{414}\u{420}\u{41e}\u{411}\u{41d}\u{41e}: "]
        {
            let prefixed: String = text.lines().map(|line| format!("{prefix}{line}\r\n")).collect();
            assert_eq!(steps(&prefixed), expected, "{prefix}");
        }
    }

    #[test]
    fn the_objects_behind_the_steps_are_no_result() {
        let text = "STEP 5 of 6: Requesting delegation token...\nRESULT: Success. Token retrieved.\nClosing Test-FederationTrust...\n\n\
                    Id      : TokenRequest\nType    : Error\nMessage : Failed to request delegation token.\n";
        assert_eq!(steps(text)[0].1, "Success. Token retrieved. Closing Test-FederationTrust...");
        assert_eq!(read(text).len(), 2);
    }
}
