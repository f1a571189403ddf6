//! Events as XML: Event Viewer's export, `wevtutil`, and what an event log's own records are when they are rendered.
//!
//! Event Viewer writes one `Events` element with everything in one line; `wevtutil` one `Event` a line without a root. The
//! message is there only where somebody asked for it; else the values are all there is.

use super::event::Parts;
use super::xml::{Elements, Piece, Pieces, attribute};
use super::{Fault, Format, Hints, Reader, RecordStream};
use crate::read::time;
use crate::record::Record;
use quick_xml::events::BytesStart;
use std::io::BufRead;

pub(super) fn detect(head: &str) -> Option<Format> {
    let root = super::xml::root(head)?;
    let known = match root.name {
        "Events" => true,
        // Others call things events too; their elements say whose they are.
        "Event" => root.tag.contains("2004/08/events") || root.behind.trim_start().starts_with("<System>"),
        _ => false,
    };
    known.then_some(Format::EventXml)
}

pub(super) fn reader() -> Reader {
    Reader::Stream(open)
}

fn open(inner: Box<dyn BufRead + Send>, _hints: Hints) -> Box<dyn RecordStream> {
    Box::new(Events { elements: Elements::new(inner, |name| name == b"Event"), number: 0 })
}

/// The events of a text.
struct Events {
    elements: Elements,
    number: u64,
}

impl RecordStream for Events {
    fn next(&mut self) -> Result<Option<Record<'_>>, Fault> {
        loop {
            let Some(element) = self.elements.next()? else { return Ok(None) };
            let offset = element.offset;
            self.number += 1;
            let parts = parts(element.text, element.whole).map_err(|fault| fault.behind(offset))?;
            if let Some(parts) = parts {
                return Ok(Some(parts.record(self.number)));
            }
        }
    }
}

/// Reads one event; nothing where it is none after all. A fault's place is counted from the beginning of the event.
pub(super) fn parts(xml: &str, whole: bool) -> Result<Option<Parts>, Fault> {
    let mut pieces = Pieces::new(xml, whole);
    let mut event = Event::default();
    while let Some(piece) = pieces.next()? {
        match piece {
            Piece::Start(tag) => event.start(&tag),
            Piece::Text(text) if event.reads => event.text.push_str(&text),
            Piece::Text(_) => {}
            Piece::End => event.end(),
        }
    }
    // The text of an element that was cut is worth reading too.
    while event.depth > 0 {
        event.end();
    }
    let parts = event.parts;
    let known = parts.provider.is_some() || parts.id.is_some() || !parts.message.is_empty() || !parts.data.is_empty();
    Ok(known.then_some(parts))
}

/// The parts of an event that hold what is of interest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Other,
    System,
    Data,
    Rendering,
}

/// What an element of a section is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Leaf {
    #[default]
    Other,
    EventId,
    RecordId,
    Computer,
    Channel,
    Data,
    Message,
}

/// An event while it is read.
#[derive(Debug, Default)]
struct Event {
    parts: Parts,
    depth: usize,
    section: Section,
    leaf: Leaf,
    /// Whether the text belongs to a leaf.
    reads: bool,
    text: String,
    /// The name of a value.
    name: Option<String>,
}

impl Event {
    fn start(&mut self, tag: &BytesStart<'_>) {
        self.depth += 1;
        let name = tag.local_name();
        let name = name.as_ref();
        match self.depth {
            1 => {}
            2 => {
                self.section = match name {
                    "System" => Section::System,
                    "EventData" | "UserData" | "DebugData" | "ProcessingErrorData" => Section::Data,
                    "RenderingInfo" => Section::Rendering,
                    _ => Section::Other,
                };
            }
            _ => self.start_leaf(tag, name),
        }
    }

    fn start_leaf(&mut self, tag: &BytesStart<'_>, name: &str) {
        self.leaf = match (self.section, self.depth) {
            (Section::System, 3) => self.system(tag, name),
            (Section::Rendering, 3) if name == "Message" => Leaf::Message,
            (Section::Data, _) if name != "Binary" && name != "BinaryData" => {
                // User data is a tree; its leaves' own names say what they are.
                self.name = attribute(tag, "Name")
                    .map(|n| n.into_owned())
                    .or_else(|| (name != "Data").then(|| name.to_owned()));
                Leaf::Data
            }
            _ => Leaf::Other,
        };
        self.reads = self.leaf != Leaf::Other;
        self.text.clear();
    }

    fn system(&mut self, tag: &BytesStart<'_>, name: &str) -> Leaf {
        match name {
            "Provider" => {
                // A classic provider's own name is the source's; a newer one may give the name of its old source besides.
                let known = attribute(tag, "Name").or_else(|| attribute(tag, "EventSourceName"));
                self.parts.provider = known.map(|name| name.into_owned()).filter(|name| !name.is_empty());
                Leaf::Other
            }
            "TimeCreated" => {
                self.parts.time = attribute(tag, "SystemTime").and_then(|at| time::parse(&at, true, None));
                Leaf::Other
            }
            "EventID" => Leaf::EventId,
            "EventRecordID" => Leaf::RecordId,
            "Computer" => Leaf::Computer,
            "Channel" => Leaf::Channel,
            _ => Leaf::Other,
        }
    }

    fn end(&mut self) {
        self.depth -= usize::from(self.depth > 0);
        if !std::mem::take(&mut self.reads) {
            return;
        }
        let text = self.text.trim();
        match std::mem::take(&mut self.leaf) {
            Leaf::EventId => self.parts.id = text.parse().ok(),
            Leaf::RecordId => self.parts.event_record_id = text.parse().ok(),
            Leaf::Computer => self.parts.computer = (!text.is_empty()).then(|| text.to_owned()),
            Leaf::Channel => self.parts.fields.push(("Channel".to_owned(), text.to_owned())),
            Leaf::Message => self.parts.message = std::mem::take(&mut self.text),
            Leaf::Data if !text.is_empty() => {
                if let Some(name) = self.name.take() {
                    self.parts.fields.push((name, text.to_owned()));
                }
                self.parts.data.push(std::mem::take(&mut self.text));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    const NS: &str = "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'";

    fn event(id: u32, data: &str) -> String {
        format!(
            "<Event {NS}><System><Provider Name='MSExchange Availability'/><EventID Qualifiers='49156'>{id}</EventID>\
            <TimeCreated SystemTime='2026-03-17T08:45:01.1234567Z'/><EventRecordID>7001</EventRecordID>\
            <Channel>Application</Channel><Computer>EX01</Computer><Security/></System>{data}</Event>"
        )
    }

    /// The records and the faults of a text, in their order.
    fn read(xml: impl Into<Vec<u8>>) -> Vec<Result<Record<'static>, Fault>> {
        let mut stream = open(Box::new(Cursor::new(xml.into())), Hints::default());
        let mut found = Vec::new();
        loop {
            match stream.next() {
                Ok(None) => return found,
                Ok(Some(record)) => found.push(Ok(Record { text: record.text.into_owned().into(), ..record })),
                Err(fault) => {
                    assert!(!fault.fatal);
                    found.push(Err(fault));
                }
            }
        }
    }

    #[track_caller]
    fn texts(xml: impl Into<Vec<u8>>) -> Vec<String> {
        read(xml).into_iter().map(|found| found.map_or_else(|f| f.to_string(), |r| r.text.into_owned())).collect()
    }

    #[test]
    fn an_event_has_all_its_parts() {
        let found = read(event(
            4002,
            "<EventData><Data>a &lt;b&gt;&#xD;&#10;&bogus; R&D</Data><Data/><Binary>00</Binary></EventData>",
        ));
        let [Ok(record)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(record.text, "MSExchange Availability\na <b>\r\n&bogus; R&D");
        assert_eq!(record.event.as_ref().and_then(|e| e.id), Some(4002));
        assert_eq!(record.origin.event_record_id, Some(7001));
        assert_eq!(record.origin.computer.as_deref(), Some("EX01"));
        assert_eq!(record.origin.time.map(|t| t.to_string()).as_deref(), Some("2026-03-17T08:45:01Z"));
    }

    #[test]
    fn the_message_counts_where_there_is_one() {
        let data = "<EventData><Data>a</Data></EventData>";
        let with = |message: &str| {
            format!(
                "{data}<RenderingInfo Culture='fr-FR'><Message>{message}</Message><Level>Erreur</Level></RenderingInfo>"
            )
        };
        assert_eq!(texts(event(1, &with("b"))), ["MSExchange Availability\nb"]);
        assert_eq!(texts(event(1, &with("<![CDATA[<b>]]>"))), ["MSExchange Availability\n<b>"]);
        assert_eq!(texts(event(1, &with(""))), ["MSExchange Availability\na"]);
    }

    #[test]
    fn values_may_have_names_and_be_a_tree() {
        let data = "<EventData><Data Name='Error'>a</Data><Data Name=\"User\">b</Data></EventData>";
        let found = read(event(1, data));
        let [Ok(record)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(record.field("error"), Some("a"));
        assert_eq!(record.text, "MSExchange Availability\na\nb");
        let tree =
            "<UserData><Event xmlns='urn:other'><x:Error>a</x:Error><Inner><Event>b</Event></Inner></Event></UserData>";
        let found = read(event(1, tree));
        let [Ok(record)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(record.field("Error"), Some("a"));
        assert_eq!(record.text, "MSExchange Availability\na\nb");
    }

    #[test]
    fn prefixes_and_white_space_do_not_matter() {
        let xml = event(7, "<EventData>\r\n<Data>a</Data></EventData>").replace("xmlns=", "xmlns:e=");
        let xml = xml.replace("</", "</e:").replace('<', "<e:").replace("<e:/e:", "</e:").replace("><", ">\r\n  <");
        assert_eq!(texts(format!("<?xml version=\"1.0\"?><e:Events>{xml}</e:Events>")), ["MSExchange Availability\na"]);
    }

    #[test]
    fn a_damaged_event_costs_only_itself() {
        let good = event(1, "<EventData><Data>a</Data></EventData>");
        let crossed = event(2, "<EventData><Data>b</EventData></Data>");
        let endless = event(3, "<EventData><Data>c</Data></EventData>").replace("</Event>", "");
        let cut_tag = format!("{good}<Event xmlns='http://sch");
        let found = texts(format!("<Events>{good}{crossed}{good}</Events>"));
        let [first, fault, last] = &found[..] else { panic!("{found:?}") };
        assert_eq!(first, last);
        assert!(fault.starts_with("at byte ") && fault.contains("no valid XML"), "{fault}");
        let found = texts(format!("<Events>{good}{endless}{good}</Events>"));
        let [_, lost, fault, last] = &found[..] else { panic!("{found:?}") };
        assert_eq!((&**lost, last), ("MSExchange Availability\nc", first));
        assert_eq!(
            *fault,
            format!("at byte {}: this element has no end; it was read up to the next one", 8 + good.len())
        );
        assert_eq!(texts(format!("{cut_tag}{good}")).len(), 2);
        let fault =
            read(format!("{good}{crossed}")).pop().and_then(Result::err).and_then(|f| f.offset).expect("an offset");
        let at = good.len() + crossed.find("</EventData></Data>").unwrap();
        assert!(fault as usize >= at && fault as usize <= at + 20, "{fault} {at}");
    }

    #[test]
    fn a_text_that_ends_too_early_gives_what_is_there() {
        let good = event(1, "<EventData><Data>a</Data></EventData>");
        let whole = format!("<Events>{good}{good}");
        for cut in 1..good.len() {
            let found = texts(&whole[..8 + good.len() + cut]);
            assert_eq!(found[0], "MSExchange Availability\na", "{cut}");
            let fault = found.last().map(String::as_str);
            assert_eq!(fault, Some(&*format!("at byte {}: the text ends before this element does", 8 + good.len())));
            let of_the_last = if cut > good.find("</Data>").unwrap() { "MSExchange Availability\na" } else { "" };
            assert!(found.len() == 2 || found.len() == 3 && found[1].starts_with(of_the_last), "{found:?}");
        }
        assert_eq!(texts(whole).len(), 2);
    }

    #[test]
    fn a_huge_event_is_cut() {
        let huge = event(1, &format!("<EventData><Data>{}</Data></EventData>", "näh ".repeat(4 << 20)));
        let good = event(2, "<EventData><Data>a</Data></EventData>");
        let found = read(format!("{huge}{good}"));
        let [Ok(cut), Err(fault), Ok(_)] = &found[..] else { panic!("{}", found.len()) };
        assert!(cut.text.len() > 15 << 20 && cut.text.len() < 17 << 20);
        assert_eq!(fault.offset, Some(0));
    }

    #[test]
    fn nothing_hostile_stops_the_reader() {
        for xml in [
            "<Event",
            "<Event/>",
            "</Event>",
            "<Event></Event>",
            "<!--",
            "<![CDATA[<Event>",
            "<",
            "<Event a='",
            "&",
            "\u{feff}",
        ] {
            assert!(read(xml).iter().all(Result::is_err), "{xml}");
        }
        assert_eq!(read(*b"<Event><System><EventID>1</EventID>\xff</System></Event>").len(), 1);
        let deep = event(1, &format!("<UserData>{}a{}</UserData>", "<x>".repeat(50_000), "</x>".repeat(50_000)));
        assert_eq!(texts(deep), ["MSExchange Availability\na"]);
    }

    #[test]
    fn the_root_tells_the_format() {
        for head in [
            "<Events>".to_owned(),
            format!("<Event {NS}>"),
            format!("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events><Event {NS}"),
            format!("<?xml version='1.0'?><!-- x --><e:Event {}", NS.replace("xmlns", "xmlns:e")),
            "<Event>\n  <System>".to_owned(),
        ] {
            assert_eq!(detect(&head), Some(Format::EventXml), "{head}");
        }
        for head in ["<EventList>", "<Event name='x'/>", "Event Xml:\n<Event>", "<?xml version='1.0'?>", "<Ev"] {
            assert_eq!(detect(head), None, "{head}");
        }
    }
}
