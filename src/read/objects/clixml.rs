//! Objects as `Export-Clixml` writes them: each with its properties, its type's name and what it would print.

use super::{Form, LONGEST_TEXT, MOST_OBJECTS, Object, Property, Value};
use crate::read::format::clixml::decoded;
use crate::read::format::xml::{Piece, Pieces, attribute, root};
use crate::read::time;
use quick_xml::events::BytesStart;
use std::ops::Range;

/// How deep elements may be nested; `Export-Clixml` itself goes two objects deep unless it is told otherwise.
const DEEPEST: usize = 200;

/// Elements that hold a list's values.
const LISTS: [&str; 4] = ["LST", "STK", "QUE", "IE"];

/// An element with its place in the text.
#[derive(Debug, Default)]
struct Element {
    kind: String,
    /// The property that it is.
    name: Option<String>,
    text: String,
    parts: Vec<Element>,
    at: Range<usize>,
}

/// The objects of a text that `Export-Clixml` wrote; nothing where the text is no such file. What stands behind a fault is not read.
pub(super) fn read(text: &str) -> Option<Vec<Object>> {
    if text.len() > LONGEST_TEXT || root(text.trim_start_matches('\u{feff}'))?.name != "Objs" {
        return None;
    }
    let mut objects = Vec::new();
    for element in tree(text).parts.iter().filter(|part| part.kind == "Objs").flat_map(|objs| &objs.parts) {
        add(element, &mut objects);
    }
    objects.truncate(MOST_OBJECTS);
    Some(objects)
}

/// The elements of a text, as far as they can be read.
fn tree(text: &str) -> Element {
    let mut pieces = Pieces::new(text, false);
    let mut open = vec![Element::default()];
    // How many elements are open below the deepest that is kept.
    let mut below = 0_usize;
    loop {
        let start = pieces.position();
        let Ok(Some(piece)) = pieces.next() else { break };
        match piece {
            Piece::Start(_) if below > 0 || open.len() > DEEPEST => below += 1,
            Piece::Start(tag) => open.push(element(&tag, start..pieces.position())),
            Piece::End if below > 0 => below -= 1,
            Piece::End => close(&mut open, pieces.position()),
            Piece::Text(part) if below == 0 => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&part);
                }
            }
            Piece::Text(_) => {}
        }
    }
    // What was cut off ends where the text does.
    while open.len() > 1 {
        close(&mut open, text.len());
    }
    open.pop().unwrap_or_default()
}

fn element(tag: &BytesStart<'_>, at: Range<usize>) -> Element {
    let name = attribute(tag, "N").map(|name| decoded(&name));
    Element { kind: tag.local_name().as_ref().to_owned(), name, at, ..Element::default() }
}

fn close(open: &mut Vec<Element>, end: usize) {
    if open.len() < 2 {
        return;
    }
    if let Some(mut element) = open.pop() {
        element.at.end = end;
        if let Some(parent) = open.last_mut() {
            parent.parts.push(element);
        }
    }
}

/// An object with properties, or those of a list of them.
fn add(element: &Element, objects: &mut Vec<Object>) {
    let mut properties: Vec<Property> = Vec::new();
    // `Props` are the object's own, `MS` what the session added.
    let own = element.parts.iter().filter(|part| part.kind == "Props" || part.kind == "MS");
    for part in own.flat_map(|group| &group.parts) {
        let Some(name) = &part.name else { continue };
        if !properties.iter().any(|known| known.name.eq_ignore_ascii_case(name)) {
            properties.push(Property { name: name.as_str().into(), value: value(part), at: part.at.clone() });
        }
    }
    let lists = element.parts.iter().filter(|part| LISTS.contains(&part.kind.as_str()));
    let items: Vec<&Element> = lists.flat_map(|list| &list.parts).filter(|part| part.kind == "Obj").collect();
    if !items.is_empty() {
        items.into_iter().for_each(|item| add(item, objects));
    } else if !properties.is_empty() {
        objects.push(Object::new(None, Form::Xml, properties, element.at.clone()));
    }
}

/// What a property holds, in the words in which a list prints it.
fn value(element: &Element) -> Value {
    let text = || decoded(&element.text);
    match element.kind.as_str() {
        "Nil" => Value::Empty,
        "B" => Value::text_of(if element.text.trim() == "true" { "True" } else { "False" }),
        "DT" => {
            let text = text();
            time::parse(text.trim(), false, None)
                .map_or_else(|| Value::text_of(&text), |time| Value::text_of(&time.to_string()))
        }
        // `PT8H30M`
        "TS" => Value::text_of(&duration(element.text.trim()).unwrap_or_else(text)),
        "Obj" => {
            if let Some(list) = element.parts.iter().find(|part| LISTS.contains(&part.kind.as_str())) {
                let items: Vec<Value> = list.parts.iter().map(value).collect();
                let cut = items.iter().any(Value::is_cut);
                return Value::list(items.iter().map(Value::text).filter(|text| !text.is_empty()).collect(), cut);
            }
            match element.parts.iter().find(|part| part.kind == "ToString") {
                Some(shown) => Value::text_of(&decoded(&shown.text)),
                None => cut(),
            }
        }
        // The same object again, which stands elsewhere.
        "Ref" => cut(),
        _ => Value::text_of(&text()),
    }
}

/// Something that is there, but not known.
fn cut() -> Value {
    Value::Text { text: String::new(), cut: true }
}

/// A time of day that is written as a duration of ISO 8601.
fn duration(text: &str) -> Option<String> {
    let mut rest = text.strip_prefix("PT")?;
    let mut part = |unit: char| match rest.split_once(unit) {
        Some((number, behind)) => {
            let number = number.parse::<u32>().ok()?;
            rest = behind;
            Some(number)
        }
        None => Some(0),
    };
    let (hours, minutes, seconds) = (part('H')?, part('M')?, part('S')?);
    rest.is_empty().then(|| format!("{hours:02}:{minutes:02}:{seconds:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELATIONSHIP: &str = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\r\n\
        <Obj RefId=\"0\"><TN RefId=\"0\"><T>Deserialized.Microsoft.Exchange.Data.Directory.SystemConfiguration.OrganizationRelationship</T></TN>\
        <ToString>a</ToString><Props><Obj N=\"DomainNames\" RefId=\"1\"><LST><S>contoso.com</S>\
        <Obj RefId=\"2\"><ToString>fabrikam.com</ToString><Props><S N=\"Domain\">fabrikam.com</S></Props></Obj></LST></Obj>\
        <B N=\"Enabled\">true</B><Nil N=\"TargetSharingEpr\" /><Obj N=\"FreeBusyAccessLevel\" RefId=\"3\"><ToString>LimitedDetails</ToString>\
        <I32>2</I32></Obj><URI N=\"TargetAutodiscoverEpr\">https://a.example/x?b=1&amp;c</URI><TS N=\"WorkingHoursStartTime\">PT8H30M</TS>\
        <DT N=\"NotAfter\">2025-09-24T19:19:21+02:00</DT><Ref N=\"Again\" RefId=\"1\" /><S N=\"Note\">one_x000D__x000A_two</S></Props></Obj></Objs>";

    #[test]
    fn an_object_holds_what_a_list_would_print() {
        let objects = read(RELATIONSHIP).expect("objects");
        let [object] = &objects[..] else { panic!("{objects:?}") };
        let text = |name: &str| object.property(name).map(|p| p.value.text()).expect(name);
        assert_eq!(text("DomainNames"), "contoso.com, fabrikam.com");
        assert_eq!(text("Enabled"), "True");
        assert_eq!(text("FreeBusyAccessLevel"), "LimitedDetails");
        assert_eq!(text("TargetAutodiscoverEpr"), "https://a.example/x?b=1&c");
        assert_eq!(text("WorkingHoursStartTime"), "08:30:00");
        assert_eq!(text("NotAfter"), "2025-09-24T17:19:21Z");
        assert!(object.property("TargetSharingEpr").is_some_and(|p| p.value.is_empty()));
        assert!(object.property("Again").is_some_and(|p| p.value.is_cut()));
        let enabled = &object.property("Enabled").expect("it").at;
        assert_eq!(&RELATIONSHIP[enabled.clone()], "<B N=\"Enabled\">true</B>");
    }

    #[test]
    fn a_list_that_was_exported_as_one_is_its_objects() {
        let text = "<Objs><Obj RefId=\"0\"><LST><Obj RefId=\"1\"><MS><S N=\"Name\">a</S></MS></Obj><Obj RefId=\"2\"><MS><S N=\"Name\">b</S></MS></Obj>\
                    </LST></Obj></Objs>";
        assert_eq!(read(text).map(|objects| objects.len()), Some(2));
    }

    #[test]
    fn what_is_cut_or_damaged_gives_what_can_be_read() {
        for end in (0..RELATIONSHIP.len()).step_by(7) {
            let _ = read(&RELATIONSHIP[..end]);
        }
        let cut = &RELATIONSHIP[..RELATIONSHIP.find("<Nil").expect("it")];
        assert_eq!(read(cut).map(|objects| objects[0].properties.len()), Some(2));
        let deep = format!("<Objs>{}<S N=\"a\">x</S>{}</Objs>", "<Obj N=\"n\">".repeat(9_000), "</Obj>".repeat(9_000));
        assert!(read(&deep).is_some());
        assert!(read("<html>").is_none() && read("Enabled : True").is_none());
    }
}
