//! Error records: the message, and below it `+ CategoryInfo` and its companions; or, in PowerShell 7, the cmdlet and the message.
//!
//! The labels are never translated; the message is. The console cuts inside words.

use super::lines::{Line, is_cmdlet, prompt, without_stream};
use super::{Form, Object, Property, Value, extent};
use std::ops::Range;

/// How many lines a message has at most.
const LONGEST_MESSAGE: usize = 40;

/// The labels below a message.
const LABELS: [&str; 3] = ["CategoryInfo", "FullyQualifiedErrorId", "PSComputerName"];

/// The lines of each error record.
pub(super) fn find(lines: &[Line<'_>]) -> Vec<Range<usize>> {
    let mut records: Vec<Range<usize>> = Vec::new();
    for n in 0..lines.len() {
        let covered = records.last().map_or(0, |record| record.end);
        if n < covered {
            continue;
        }
        if label(lines[n].text).is_some_and(|(name, _)| name == "CategoryInfo") {
            let mut start = n;
            while start > covered && n - start < LONGEST_MESSAGE {
                let before = start - 1;
                if lines[before].is_blank() || prompt(lines, before).is_some() {
                    break;
                }
                start = before;
            }
            // A prompt of two lines is no message.
            let mut end = n + 1;
            while end < lines.len() && !lines[end].is_blank() && prompt(lines, end).is_none() {
                let text = lines[end].text;
                // A label goes on below itself, wherever the console cut it.
                let goes_on = text.starts_with(' ') || lines[end - 1].width() >= 79;
                if label(text).is_none() && !goes_on {
                    break;
                }
                end += 1;
            }
            records.push(start..end);
        } else if concise(lines[n].text).is_some() {
            let mut end = n + 1;
            while end < lines.len() && end - n < LONGEST_MESSAGE && !lines[end].is_blank() {
                if prompt(lines, end).is_some() || label(lines[end].text).is_some() {
                    break;
                }
                end += 1;
            }
            // Windows PowerShell begins like that too, and goes on with the labels.
            if lines.get(end).is_none_or(|line| label(line.text).is_none()) {
                records.push(n..end);
            }
        }
    }
    records
}

/// Reads the record that these lines are.
pub(super) fn read(lines: &[Line<'_>], cmdlet: Option<&str>) -> Option<Object> {
    let below = lines.iter().position(|line| label(line.text).is_some()).unwrap_or(lines.len());
    let mut labels: Vec<(&str, String, Range<usize>)> = Vec::new();
    for (n, line) in lines.iter().enumerate().skip(below) {
        match (label(line.text), labels.last_mut()) {
            (Some((name, value)), _) => labels.push((name, value.trim().to_owned(), n..n + 1)),
            (None, Some((_, value, lines))) => {
                // Below a label the console indents by blanks of its own.
                value.push_str(line.text.trim());
                lines.end = n + 1;
            }
            (None, None) => {}
        }
    }
    let (message, at) = message(&lines[..below]);
    let (named, message) = match message.split_once(':') {
        Some((first, rest)) if is_cmdlet(first.trim()) => (Some(first.trim().to_owned()), rest.trim().to_owned()),
        _ => (None, message),
    };
    let property =
        |name: &str, value: &str, at: Range<usize>| Property { name: name.into(), value: Value::text_of(value), at };
    let mut properties = vec![property("Message", &message, at)];
    let mut of_category = None;
    for (name, value, at) in &labels {
        let at = extent(&lines[at.clone()]);
        properties.push(property(name, value, at.clone()));
        if *name == "CategoryInfo" {
            of_category = value
                .split_once('[')
                .and_then(|(_, rest)| rest.split_once(']'))
                .map(|(cmdlet, _)| cmdlet.trim().to_owned());
        }
        properties.extend(inside(name, value).into_iter().map(|(name, value)| property(name, value, at.clone())));
    }
    if properties[0].value.is_empty() && labels.is_empty() {
        return None;
    }
    let named = of_category.filter(|name| is_cmdlet(name)).or(named);
    Some(Object::new(named.as_deref().or(cmdlet), Form::Error, properties, extent(lines)))
}

/// What a label's value holds besides itself: the exception's type, the server.
pub(super) fn inside<'v>(name: &str, value: &'v str) -> Vec<(&'static str, &'v str)> {
    let mut found = Vec::new();
    if name == "CategoryInfo"
        && let Some((_, exception)) = value.rsplit_once("], ").or_else(|| value.rsplit_once("],"))
    {
        found.push(("Exception", exception));
    }
    if let Some((_, rest)) = value.split_once("[Server=") {
        found.push(("Server", &rest[..rest.find([',', ']']).unwrap_or(rest.len())]));
    }
    found
}

/// The label of a line below a message, and its value. Forums turn the plus into a minus.
fn label(line: &str) -> Option<(&'static str, &str)> {
    let rest = line.trim_start().strip_prefix(['+', '-'])?.trim_start();
    let name = LABELS.into_iter().find(|name| rest.starts_with(name))?;
    let value = rest[name.len()..].trim_start().strip_prefix(':')?;
    Some((name, value))
}

/// The message of PowerShell 7's short view, behind the cmdlet's name.
fn concise(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once(':')?;
    // Windows PowerShell leaves a blank before the colon.
    (is_cmdlet(name.trim_end()) && rest.starts_with(' ') && !rest.trim().is_empty()).then(|| rest.trim())
}

/// The message, without the lines that quote the script, and its place.
fn message(lines: &[Line<'_>]) -> (String, Range<usize>) {
    let mut message = String::new();
    let mut at: Option<Range<usize>> = None;
    for line in lines {
        let text = without_stream(line.text).unwrap_or(line.text).trim();
        // `At line:1 char:1`, and the line that is quoted; of the short view, the line's number and what it points at.
        let quotes = text.starts_with("+ ") || text.starts_with("At ") && text.contains("char:") || is_quoted(text);
        if quotes || text.is_empty() {
            continue;
        }
        let text = text.strip_prefix('|').map_or(text, str::trim);
        if !message.is_empty() {
            message.push(' ');
        }
        message.push_str(text);
        at = Some(at.map_or(line.start, |at| at.start)..line.end());
    }
    (message, at.unwrap_or_else(|| extent(lines)))
}

/// Whether a line of PowerShell 7's view quotes the script: `Line |`, `   1 |  Get-X`, `     |  ~~~~`.
fn is_quoted(text: &str) -> bool {
    match text.split_once('|') {
        Some((before, behind)) => {
            let before = before.trim();
            let number = !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit());
            number || before == "Line" || before.is_empty() && behind.trim().starts_with('~')
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Form, read};

    const WRAPPED: &str = "[PS] C:\\Windows\\system32>Test-OrganizationRelationship -Identity \"x*\" -UserIdentity user1@contoso.com\r\n\
        The email address \"Abc==\" isn't correct. Please use this format: user name, the @ sign, followed by\r\n\
        the domain name.\r\n\
        \x20   + CategoryInfo          : NotSpecified: (:) [Test-OrganizationRelationship], FormatException\r\n\
        \x20   + FullyQualifiedErrorId : [Server=EX01,RequestId=1,TimeStamp=5/9/2022 2:59:39 AM\r\n\
        \x20  ] [FailureCategory=Cmdlet-FormatException] 6C0EA5E1,Microsoft.Exchange.Management.SystemConfigurationTasks.TestOrgan\r\n\
        \x20 izationRelationship\r\n\
        \x20   + PSComputerName        : ex01.contoso.com\r\n\r\nName : x\r\n";

    #[test]
    fn a_record_that_the_console_wrapped_is_put_together() {
        let objects = read(WRAPPED);
        assert_eq!(objects.len(), 2, "{objects:?}");
        let record = &objects[0];
        assert_eq!((record.form, record.cmdlet.as_deref()), (Form::Error, Some("Test-OrganizationRelationship")));
        let value = |name: &str| record.property(name).map(|p| p.value.text()).unwrap_or_default();
        assert!(value("Message").ends_with("followed by the domain name."), "{}", value("Message"));
        assert_eq!(value("Exception"), "FormatException");
        assert_eq!(value("Server"), "EX01");
        assert!(value("FullyQualifiedErrorId").ends_with("SystemConfigurationTasks.TestOrganizationRelationship"));
        assert_eq!(value("PSComputerName"), "ex01.contoso.com");
    }

    #[test]
    fn the_short_view_of_powershell_7_is_a_record() {
        for text in [
            "PS /home/a> Get-OrganizationRelationship x\nGet-OrganizationRelationship: The operation couldn't be performed.\n",
            "Get-OrganizationRelationship: \nLine |\n   1 |  Get-OrganizationRelationship x\n     |  ~~~~\n     | The operation couldn't be performed.\n    + CategoryInfo : NotSpecified: (:) [Get-OrganizationRelationship], X\n",
        ] {
            let objects = read(text);
            assert_eq!(objects.len(), 1, "{text}");
            assert_eq!(objects[0].cmdlet.as_deref(), Some("Get-OrganizationRelationship"));
            let message = objects[0].property("Message").map(|p| p.value.text()).unwrap_or_default();
            assert_eq!(message, "The operation couldn't be performed.", "{text}");
        }
    }

    #[test]
    fn what_windows_powershell_quotes_is_no_message() {
        let text = "Get-AuthConfig : Der Vorgang konnte nicht ausgef\u{fc}hrt werden.\nAt line:1 char:1\n+ Get-AuthConfig\n+ ~~~~~~~~~~~~~~\n    + CategoryInfo          : NotSpecified: (:) [Get-AuthConfig], ManagementObjectNotFoundException\n    + FullyQualifiedErrorId : 1,Microsoft.Exchange.X\n";
        let objects = read(text);
        assert_eq!(objects.len(), 1);
        assert_eq!(
            objects[0].property("Message").map(|p| p.value.text()).as_deref(),
            Some("Der Vorgang konnte nicht ausgef\u{fc}hrt werden.")
        );
    }
}
