//! Exported event logs, from a fixed seed: what Event Viewer and Windows write of the same events.

use super::logs::Random;
use crate::evtx_writer::{self, Chunk};
use crate::three_events::Event;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Events of a chunk of an event log, so few that any of ours fit.
const IN_A_CHUNK: usize = 40;

/// Sources, numbers and beginnings of texts of a server's Application log.
const ORDINARY: [(&str, u16, &str); 6] = [
    (
        "MSExchange Common",
        4999,
        "Watson report about to be sent for process id: 4148, with parameters: E12IIS, c-RTL-AMD64, 15.01.2507.023",
    ),
    (
        "MSExchangeApplicationLogic",
        3018,
        "Scenario: GetKillBit. Failed to download the kill bit list. Exception: System.Net.WebException: The operation has been aborted.",
    ),
    (
        "MSExchange ADAccess",
        2080,
        "Process Microsoft.Exchange.Directory.TopologyService.exe (PID=2936). Exchange Active Directory Provider has discovered the following servers",
    ),
    (
        "ESE",
        642,
        "w3wp (7188) Video: The database format feature version 9180 (0x23dc) could not be used due to the current database format",
    ),
    ("MSExchange Availability", 4010, "Process 7188: the mailbox of user3@contoso.com was looked up in its own site"),
    (
        "MSExchangeTransport",
        1022,
        "The account provided valid credentials, but it does not have submit permissions on SMTP Receive connector",
    ),
];

/// One event.
struct Owned {
    provider: &'static str,
    id: u16,
    time: String,
    text: String,
}

fn events(count: u64, failures: &[String]) -> impl Iterator<Item = Owned> {
    let mut random = Random::new();
    (0..count).map(move |number| {
        let time = format!(
            "2026-03-{:02}T{:02}:{:02}:{:02}.123Z",
            1 + number / 86_400 % 28,
            number / 3_600 % 24,
            number / 60 % 60,
            number % 60
        );
        if random.below(1_000) < 5 {
            let text = format!(
                "Process 4148: lookup of user{}@contoso.com: {}",
                random.below(5_000),
                failures[random.below(failures.len())]
            );
            return Owned { provider: "MSExchange Availability", id: 4002, time, text };
        }
        let (provider, id, text) = ORDINARY[random.below(ORDINARY.len())];
        Owned { provider, id, time, text: format!("{text} [{:016x}]", random.next()) }
    })
}

/// Writes an event log of so many events.
pub fn evtx(path: &Path, count: u64, failures: &[String]) -> io::Result<()> {
    let all: Vec<Owned> = events(count, failures).collect();
    let mut chunks = Vec::new();
    for (some, first) in all.chunks(IN_A_CHUNK).zip((1..).step_by(IN_A_CHUNK)) {
        let mut chunk = Chunk::new(first);
        for (event, record_id) in some.iter().zip(first..) {
            chunk.push(&Event {
                provider: event.provider,
                id: event.id,
                qualifiers: 0xc004,
                record_id,
                time: &event.time,
                computer: "EX01.contoso.com",
                data: &[&event.text],
            });
        }
        chunks.push(chunk.finish(some.len()));
    }
    std::fs::write(path, evtx_writer::file(&chunks))
}

/// Writes what Event Viewer saves as XML: one line.
pub fn xml(path: &Path, count: u64, failures: &[String]) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write!(out, "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>")?;
    for (event, number) in events(count, failures).zip(1..) {
        let text = event.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        write!(
            out,
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='{}'/><EventID Qualifiers='49156'>{}</EventID>\
             <Version>0</Version><Level>2</Level><Task>4</Task><Opcode>0</Opcode><Keywords>0x80000000000000</Keywords><TimeCreated SystemTime='{}'/>\
             <EventRecordID>{number}</EventRecordID><Correlation/><Execution ProcessID='0' ThreadID='0'/><Channel>Application</Channel>\
             <Computer>EX01.contoso.com</Computer><Security/></System><EventData><Data>{text}</Data></EventData><RenderingInfo Culture='en-US'>\
             <Message>{text}</Message><Level>Error</Level><Task>General</Task><Opcode></Opcode><Channel></Channel><Provider></Provider>\
             <Keywords><Keyword>Classic</Keyword></Keywords></RenderingInfo></Event>",
            event.provider, event.id, event.time
        )?;
    }
    write!(out, "</Events>")?;
    out.flush()
}

/// Writes what Event Viewer saves as CSV.
pub fn csv(path: &Path, count: u64, failures: &[String]) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write!(out, "\u{feff}Level,Date and Time,Source,Event ID,Task Category\r\n")?;
    for event in events(count, failures) {
        let (date, clock) = event.time.split_once('T').unwrap_or_default();
        let text = event.text.replace('"', "\"\"");
        write!(out, "Error,{date} {},{},{},General,\"{text}\"\r\n", &clock[..8], event.provider, event.id)?;
    }
    out.flush()
}
