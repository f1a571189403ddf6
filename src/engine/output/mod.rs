//! What commands printed, held against tests: one test of a rule's step ([`judge`]), and all checks of a case ([`examine()`]).
//!
//! A test has three answers. What was not printed, or was cut short, is neither true nor false: then nothing is said about it.

mod examine;
mod failure;
mod holds;
mod support;
mod value;

pub use examine::{Against, Examination, Finding, Scene, Shown, examine};

use crate::read::objects::{Form, Object};
use crate::rules::check::Compare;
use crate::rules::compile_checks::parse_count;
use crate::rules::model::When;
use crate::text::fold::fold;
use jiff::civil::Date;
use std::ops::Range;

/// What one command printed.
#[derive(Debug, Clone, Copy)]
pub struct Output<'o> {
    /// All of it, as text.
    pub text: &'o str,
    /// The objects in it (`read::objects::read`), with their places in `text`.
    pub objects: &'o [Object],
    /// What was printed before it, the last object first.
    pub earlier: &'o [Object],
    /// The day by which certificates are judged; nothing says nothing about them.
    pub today: Option<Date>,
}

impl<'o> Output<'o> {
    /// An output that stands alone.
    pub fn new(text: &'o str, objects: &'o [Object]) -> Self {
        Self { text, objects, earlier: &[], today: None }
    }
}

/// What made a test hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The bytes of the text that show it; none where something is missing from it.
    pub at: Vec<Range<usize>>,
    /// The property that decided.
    pub property: Option<String>,
    /// What it holds.
    pub value: Option<String>,
}

/// The answer of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<E = Evidence> {
    /// It holds, as this shows.
    Yes(E),
    /// It does not hold.
    No,
    /// What it asks about was not printed, or was cut short.
    Unknown,
}

impl<E> Answer<E> {
    /// Yes or no, with the evidence for yes.
    fn of(holds: bool, evidence: impl FnOnce() -> E) -> Self {
        if holds { Self::Yes(evidence()) } else { Self::No }
    }
}

/// Whether a command's output is what `when` describes; with the evidence where it is. What only a person can see (`observed`) is
/// never judged.
pub fn judge(when: &When, output: &Output<'_>) -> Option<Evidence> {
    match answer(when, output) {
        Answer::Yes(evidence) => Some(evidence),
        Answer::No | Answer::Unknown => None,
    }
}

/// Whether a command's output answers `when` at all: the property was printed and not cut short, no error came instead.
pub fn can_judge(when: &When, output: &Output<'_>) -> bool {
    answer(when, output) != Answer::Unknown
}

/// What an output says about the part of `when` that no person has to see. Where there is no such part, nothing is known.
pub fn weigh(when: &When, output: &Output<'_>) -> Answer {
    let rest = When { observed: None, ..when.clone() };
    if rest == When::default() { Answer::Unknown } else { answer(&rest, output) }
}

fn answer(when: &When, output: &Output<'_>) -> Answer {
    if when.observed.is_some() {
        return Answer::Unknown;
    }
    let own = |object: &&Object| {
        when.of.as_ref().is_none_or(|of| object.cmdlet.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(of)))
    };
    let objects: Vec<&Object> = output.objects.iter().filter(|object| is_printed(object)).filter(own).collect();
    let failed = output.objects.iter().filter(own).any(|object| object.form == Form::Error);
    let mut found = Evidence::default();
    let mut unknown = false;
    if let Some((operator, number)) = when.objects.as_deref().and_then(parse_count) {
        // Lines of which no object could be read are not nothing, whichever other command was silent.
        let says_nothing = output.objects.iter().filter(own).any(|object| object.form == Form::Nothing);
        let is_read = when.of.is_some() || !output.text.lines().any(is_unread);
        let silent = output.text.trim().is_empty() || (says_nothing && is_read);
        if objects.is_empty() && (failed || !silent) {
            unknown = true;
        } else if counts(objects.len(), operator, number) {
            found.at.extend(objects.iter().map(|object| object.at.clone()));
        } else {
            return Answer::No;
        }
    }
    if let Some(text) = &when.text {
        match place(output.text, text) {
            Some(at) => found.at.push(at),
            None => return Answer::No,
        }
    }
    if let (Some(name), Some(other)) = (&when.property, &when.differs_from) {
        match differs(&objects, output, name, other) {
            Answer::Yes(one) => found = one,
            Answer::No => return Answer::No,
            Answer::Unknown => unknown = true,
        }
    } else if let Some(name) = &when.property {
        let answers: Vec<Answer> = objects.iter().map(|object| property(when, object, name, output.today)).collect();
        let printed = answers.iter().any(|answer| *answer != Answer::Unknown);
        match answers.into_iter().find(|answer| matches!(answer, Answer::Yes(_))) {
            Some(Answer::Yes(one)) => {
                // The objects were the evidence for their number only.
                found = Evidence { at: one.at, ..one };
            }
            _ if printed => return Answer::No,
            _ => unknown = true,
        }
    }
    if unknown { Answer::Unknown } else { Answer::Yes(found) }
}

/// Whether no object holds in one property what another property holds: beside it, or in what was printed before.
fn differs(objects: &[&Object], output: &Output<'_>, name: &str, other: &str) -> Answer {
    let values = |name: &str, objects: &mut dyn Iterator<Item = &Object>| -> Vec<String> {
        let values = objects.filter_map(|object| object.property(name)).filter(|property| !property.value.is_empty());
        values
            .flat_map(|property| property.value.items().iter().map(|item| (*item).to_owned()).collect::<Vec<_>>())
            .collect()
    };
    let mut others = values(other, &mut output.objects.iter().filter(|object| is_printed(object)));
    if others.is_empty() {
        let last = output.earlier.iter().find(|object| object.property(other).is_some());
        others = values(other, &mut last.into_iter());
    }
    let mut evidence = Evidence::default();
    for property in objects.iter().filter_map(|object| object.property(name)).filter(|p| !p.value.is_empty()) {
        match value::compare(Compare::Same, &property.value, &others) {
            Some(true) => return Answer::No,
            Some(false) => evidence = evidence.join(Evidence::of(property)),
            None => return Answer::Unknown,
        }
    }
    if evidence.at.is_empty() { Answer::Unknown } else { Answer::Yes(evidence) }
}

fn property(when: &When, object: &Object, name: &str, today: Option<Date>) -> Answer {
    let Some(property) = object.property(name) else { return Answer::Unknown };
    let tests = [
        when.equals.as_deref().map(|wanted| value::equals(&property.value, wanted)),
        when.contains.as_deref().map(|part| value::contains(&property.value, part)),
        when.empty.map(|empty| Some(property.value.is_empty() == empty)),
        when.expired
            .map(|wanted| today.and_then(|today| value::expired(&property.value, today)).map(|is| is == wanted)),
    ];
    let mut unknown = false;
    for test in tests.into_iter().flatten() {
        match test {
            Some(true) => {}
            Some(false) => return Answer::No,
            None => unknown = true,
        }
    }
    if unknown { Answer::Unknown } else { Answer::Yes(Evidence::of(property)) }
}

impl Evidence {
    fn of(property: &crate::read::objects::Property) -> Self {
        Self {
            at: vec![property.at.clone()],
            property: Some(property.name.to_string()),
            value: Some(property.value.text()),
        }
    }

    fn join(mut self, other: Self) -> Self {
        for at in other.at {
            if !self.at.contains(&at) {
                self.at.push(at);
            }
        }
        if self.property.is_none() {
            (self.property, self.value) = (other.property, other.value);
        }
        self
    }
}

/// Whether an object was printed as one: no step of a narrative, no error, not nothing.
fn is_printed(object: &Object) -> bool {
    matches!(object.form, Form::List | Form::Table | Form::Json | Form::Xml)
}

/// Whether a line outside of all objects says something: it is not blank, and no prompt with its command.
fn is_unread(line: &str) -> bool {
    let line = line.trim();
    let is_prompt = line.starts_with(">>") || ((line.starts_with("PS") || line.starts_with('[')) && line.contains('>'));
    !line.is_empty() && !is_prompt
}

fn counts(count: usize, operator: &str, number: usize) -> bool {
    match operator {
        "=" => count == number,
        "<" => count < number,
        ">" => count > number,
        "<=" => count <= number,
        _ => count >= number,
    }
}

/// Where a sentence stands in a text, whatever happened to its blanks.
fn place(text: &str, sentence: &str) -> Option<Range<usize>> {
    let wanted = fold(sentence);
    if wanted.is_empty() {
        return None;
    }
    let view = crate::text::Text::new(text).folded;
    let at = view.as_str().find(&wanted)?;
    Some(view.original(at..at + wanted.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::objects::read;

    fn judged(text: &str, when: When) -> Option<Evidence> {
        judge(&when, &Output::new(text, &read(text)))
    }

    fn when(property: &str) -> When {
        When { property: Some(property.into()), ..When::default() }
    }

    const CONNECTOR: &str = "Name                 : a\nTargetAddressDomains : {contoso.com, fabrikam.com...}\nTargetSharingEpr     :\nEnabled              : True\n";

    #[test]
    fn a_property_is_compared_without_case_and_white_space() {
        let enabled = judged(CONNECTOR, When { equals: Some("true".into()), ..when("enabled") }).expect("it is");
        assert_eq!((enabled.property.as_deref(), enabled.value.as_deref()), (Some("Enabled"), Some("True")));
        assert_eq!(&CONNECTOR[enabled.at[0].clone()], "Enabled              : True");
        assert!(judged(CONNECTOR, When { equals: Some("False".into()), ..when("Enabled") }).is_none());
        assert!(judged(CONNECTOR, When { empty: Some(true), ..when("TargetSharingEpr") }).is_some());
        assert!(judged(CONNECTOR, When { contains: Some("fabri".into()), ..when("TargetAddressDomains") }).is_some());
    }

    #[test]
    fn what_was_cut_or_not_printed_is_not_judged() {
        let output = |when: &When| can_judge(when, &Output::new(CONNECTOR, &read(CONNECTOR)));
        assert!(!output(&When { equals: Some("tailspin.com".into()), ..when("TargetAddressDomains") }));
        assert!(output(&When { equals: Some("contoso.com".into()), ..when("TargetAddressDomains") }));
        assert!(!output(&When { empty: Some(true), ..when("DiscoveryEndpoint") }));
        assert!(!output(&When { observed: Some("it is red".into()), ..When::default() }));
    }

    #[test]
    fn one_cmdlet_of_several_is_asked_about() {
        let text = "[PS] C:\\>Get-FederationTrust | fl\r\n[PS] C:\\>Get-AuthServer | fl Name\r\n\r\nName : a\r\n\r\n";
        let number = |of: &str, objects: &str| {
            judged(text, When { of: Some(of.into()), objects: Some(objects.into()), ..When::default() }).is_some()
        };
        assert!(number("Get-FederationTrust", "= 0") && number("Get-AuthServer", "= 1"));
        assert!(!number("Get-AuthServer", "= 0") && !number("Get-AuthConfig", "= 0"));
    }

    #[test]
    fn a_value_is_held_against_what_was_printed_before() {
        let before = read("CurrentCertificateThumbprint : AA11\n");
        let differs = |text: &str| {
            let objects = read(text);
            let when = When { differs_from: Some("CurrentCertificateThumbprint".into()), ..when("Thumbprint") };
            answer(&when, &Output { earlier: &before, ..Output::new(text, &objects) })
        };
        assert!(matches!(differs("Thumbprint : BB22\nSubject    : a\n"), Answer::Yes(_)));
        assert_eq!(differs("Thumbprint : BB22\nSubject    : a\n\nThumbprint : aa11\nSubject    : b\n"), Answer::No);
        assert_eq!(differs("Subject : a\nName    : b\n"), Answer::Unknown);
        assert!(
            judged("Thumbprint : BB22\n", When { differs_from: Some("Other".into()), ..when("Thumbprint") }).is_none()
        );
    }

    #[test]
    fn a_certificate_ends_on_a_day() {
        let text = "NotAfter : 9/24/2025 7:19:21 PM\nSubject  : a\n";
        let objects = read(text);
        let today = Some(Date::constant(2026, 11, 23));
        let expired = |wanted, today| {
            answer(
                &When { expired: Some(wanted), ..when("NotAfter") },
                &Output { today, ..Output::new(text, &objects) },
            )
        };
        assert!(matches!(expired(true, today), Answer::Yes(_)));
        assert_eq!(expired(false, today), Answer::No);
        assert_eq!(expired(true, None), Answer::Unknown);
    }

    #[test]
    fn objects_are_counted_and_text_is_found_however_it_was_wrapped() {
        let number =
            |text: &str, objects: &str| judged(text, When { objects: Some(objects.into()), ..When::default() });
        assert!(number(CONNECTOR, "= 1").is_some());
        assert!(number(CONNECTOR, "> 1").is_none());
        assert!(number("", "= 0").is_some());
        let failed = "Get-AuthConfig : x\n    + CategoryInfo          : NotSpecified: (:) [Get-AuthConfig], X\n";
        assert!(number(failed, "= 0").is_none());
        assert!(number("access.log:12:2026-11-23 GET /ews/mrsproxy.svc 405", "= 0").is_none());
        assert!(number("[PS] C:\\>Get-FederationTrust\r\n[PS] C:\\>", "= 0").is_some());
        assert!(
            number("PS C:\\>Connect-MgGraph\n\nPS C:\\>Get-MgApplication\nIt is forbidden\n\nPS C:\\>", "= 0")
                .is_none()
        );
        let text = When { text: Some("An unexpected error occurred".into()), ..When::default() };
        assert!(judged("An unexpected er\nror occurred on", text).is_some());
    }
}
