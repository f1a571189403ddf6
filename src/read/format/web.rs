//! Responses of Exchange Web Services as XML: whole SOAP answers or parts of them.
//!
//! A record is one response message as it stands, with its escapes: that is also what people paste.

use super::xml::Elements;
use super::{Fault, Format, Hints, Reader, RecordStream};
use crate::record::{Origin, Record};
use std::io::BufRead;

/// What ends the names of all response messages: `ResponseMessage`, `GetItemResponseMessage`.
const MESSAGE: &str = "ResponseMessage";

pub(super) fn detect(head: &str) -> Option<Format> {
    let root = super::xml::root(head)?;
    // A SOAP message may be anything; one of these names must be seen.
    let known = root.name.ends_with(MESSAGE)
        || matches!(root.name, "FreeBusyResponse" | "FreeBusyResponseArray" | "GetUserAvailabilityResponse")
        || root.name == "Envelope"
            && [MESSAGE, "Fault>", "GetUserAvailabilityResponse"].iter().any(|n| head.contains(n));
    known.then_some(Format::EwsXml)
}

pub(super) fn reader() -> Reader {
    Reader::Stream(open)
}

fn open(inner: Box<dyn BufRead + Send>, _hints: Hints) -> Box<dyn RecordStream> {
    // A request that was refused as a whole has a fault instead of messages.
    let wanted = |name: &[u8]| name.ends_with(MESSAGE.as_bytes()) || name == b"Fault";
    Box::new(Responses { elements: Elements::new(inner, wanted), number: 0 })
}

/// The response messages of a text.
struct Responses {
    elements: Elements,
    number: u64,
}

impl RecordStream for Responses {
    fn next(&mut self) -> Result<Option<Record<'_>>, Fault> {
        let Some(element) = self.elements.next()? else { return Ok(None) };
        self.number += 1;
        let mut record = Record::text(element.text);
        record.origin = Origin { number: self.number, ..Origin::default() };
        Ok(Some(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[track_caller]
    fn messages(xml: &'static str) -> Vec<String> {
        let mut stream = open(Box::new(Cursor::new(xml)), Hints::default());
        std::iter::from_fn(|| stream.next().expect("a whole text").map(|r| r.text.into_owned())).collect()
    }

    #[test]
    fn every_message_is_a_record_whatever_the_prefix() {
        let xml = "<s:Envelope><s:Body><m:FreeBusyResponseArray><m:FreeBusyResponse><m:ResponseMessage ResponseClass=\"Error\">\
            <m:ResponseCode>A</m:ResponseCode></m:ResponseMessage></m:FreeBusyResponse><FreeBusyResponse><ResponseMessage/>\
            </FreeBusyResponse></m:FreeBusyResponseArray><ResponseMessages><t:GetItemResponseMessage>B\
            </t:GetItemResponseMessage></ResponseMessages></s:Body></s:Envelope>";
        let found = messages(xml);
        assert_eq!(found.len(), 3);
        assert!(found[0].starts_with("<m:ResponseMessage ") && found[0].ends_with("</m:ResponseMessage>"), "{found:?}");
        assert_eq!(found[1], "<ResponseMessage/>");
        assert!(found[2].contains('B'));
    }

    #[test]
    fn a_refused_request_is_a_record() {
        assert_eq!(messages("<s:Envelope><s:Fault><faultstring>x</faultstring></s:Fault></s:Envelope>").len(), 1);
    }

    #[test]
    fn other_xml_is_not_claimed() {
        for head in ["<html>ResponseMessage</html>", "<s:Envelope><s:Body/></s:Envelope>", "ResponseMessage", "<", ""] {
            assert_eq!(detect(head), None, "{head}");
        }
        assert_eq!(detect("<?xml version='1.0'?>\n<m:FreeBusyResponse>"), Some(Format::EwsXml));
    }
}
