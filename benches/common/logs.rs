//! Logs as servers write them, from a fixed seed: lines of IIS, of the SMTP protocol, of HttpProxy and of exported events, with a
//! failure here and there among many lines that only look like one.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Numbers that look random and are always the same (xorshift64*).
pub struct Random(u64);

impl Random {
    /// The seed of every generated log.
    pub fn new() -> Self {
        Self(0x2545_f491_4f6c_dd1d)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        ((self.next() >> 33) as usize) % end
    }

    pub fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const METHODS: [&str; 3] = ["POST", "GET", "OPTIONS"];
const STEMS: [&str; 6] = [
    "/autodiscover/autodiscover.svc",
    "/Autodiscover/Autodiscover.xml",
    "/EWS/Exchange.asmx",
    "/owa/service.svc",
    "/mapi/emsmdb/",
    "/Microsoft-Server-ActiveSync/default.eas",
];
const STATUS: [&str; 10] = ["200", "200", "200", "200", "401", "401", "404", "302", "503", "504"];
const AGENTS: [&str; 5] = [
    "Microsoft+Office/16.0+(Windows+NT+10.0;+Microsoft+Outlook+16.0.5134;+Pro)",
    "Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+(KHTML,+like+Gecko)+Chrome/118.0.0.0+Safari/537.36",
    "AMProbe/Local/ClientAccess",
    "Exchange/15.20.6933.029+(OutlookService)",
    "MacOutlook/16.77.23091003+(Intelx64+Mac+OS+X+Version+13.5.2+(Build+22G91))",
];
const SMTP: [&str; 8] = [
    "*,,TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption algorithm CALG_AES_256 with strength 256 bits",
    ">,250-EX01.contoso.com Hello [192.0.2.17] SIZE 37748736 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS X-ANONYMOUSTLS AUTH NTLM 8BITMIME BINARYMIME CHUNKING,",
    "<,EHLO mail.fabrikam.example,",
    "<,MAIL FROM:<postmaster@fabrikam.example> SIZE=14533,",
    ">,250 2.1.0 Sender OK,",
    ">,454 4.7.0 Temporary authentication failure,",
    "<,STARTTLS,",
    "-,,Remote",
];
const EVENTS: [&str; 6] = [
    "MSExchange Common,4999,General,\"Watson report about to be sent for process id: 4148, with parameters: E12IIS, c-RTL-AMD64, 15.01.2507.023\"",
    "MSExchangeApplicationLogic,3018,Extension,\"Scenario: GetKillBit. Failed to download the kill bit list. Exception: System.Net.WebException: The operation has been aborted.\"",
    "MSExchange ADAccess,2080,Topology,\"Process Microsoft.Exchange.Directory.TopologyService.exe (PID=2936). Exchange Active Directory Provider has discovered the following servers\"",
    "ESE,642,General,\"w3wp (7188) Video: The database format feature version 9180 (0x23dc) could not be used due to the current database format\"",
    "MSExchange Availability,4010,Availability Service,\"Process 7188: the mailbox of user3@contoso.com was looked up in its own site\"",
    "MSExchangeTransport,1022,SmtpReceive,\"The account provided valid credentials, but it does not have submit permissions on SMTP Receive connector\"",
];

fn stamp(at: u64, separator: &str) -> String {
    let second = at % 60;
    format!("2026-03-{:02}{separator}{:02}:{:02}:{second:02}", 1 + at / 86_400 % 28, at / 3_600 % 24, at / 60 % 60)
}

/// One ordinary line.
pub fn ordinary(random: &mut Random, at: u64) -> String {
    let host = 1 + random.below(4);
    match random.below(100) {
        0..52 => format!(
            "{} 192.0.2.{host} {} {} &CorrelationID=<empty>;&cafeReqId={:016x}-{:08x}; 443 {} 198.51.100.{} {} - {} 0 0 {}",
            stamp(at, " "),
            random.one_of(&METHODS),
            random.one_of(&STEMS),
            random.next(),
            random.next() as u32,
            if random.below(3) == 0 { "-".into() } else { format!("CONTOSO\\user{}", random.below(5_000)) },
            random.below(255),
            random.one_of(&AGENTS),
            random.one_of(&STATUS),
            random.below(3_000),
        ),
        52..78 => format!(
            "{}.{:03}Z,EX0{host}\\Default Frontend EX0{host},08DB{:012X},{},192.0.2.{host}:25,198.51.100.{}:{},{}",
            stamp(at, "T"),
            random.below(1_000),
            random.next() & 0xffff_ffff_ffff,
            random.below(40),
            random.below(255),
            1_024 + random.below(60_000),
            random.one_of(&SMTP),
        ),
        78..90 => format!(
            "{}.{:03}Z,{:08x}-{:04x}-4{:03x}-9{:03x}-{:012x},15,1,2507,23,,Autodiscover,autodiscover.contoso.com,{},,Negotiate,true,\
             CONTOSO\\user{},,Sid~S-1-5-21-1004336348-1177238915-682003330-{},Exchange/15.01.2507.023,198.51.100.{},EX0{host},{},{},,POST,\
             Proxy,ex0{host}.contoso.com,15.01.2507.000,IntraForest,WindowsIdentity,,,,{},{},1,,,0,,0,,0,,0,0,,0,{},0,,,,,,,,,,,,,,,,{},\
             BeginRequest=2026-03-01T08:45:01.000Z;CorrelationID=<empty>;ProxyState-Run=None;DownLevelTargetHash=1/0/2;EndRequest=2026-03-01T08:45:01.100Z;,,",
            stamp(at, "T"),
            random.below(1_000),
            random.next() as u32,
            random.next() as u16,
            random.below(4_096),
            random.below(4_096),
            random.next() & 0xffff_ffff_ffff,
            random.one_of(&STEMS),
            random.below(5_000),
            random.below(100_000),
            random.below(255),
            random.one_of(&STATUS),
            random.one_of(&STATUS),
            random.below(20_000),
            random.below(90_000),
            random.below(400),
            random.below(900),
        ),
        _ => format!("Error,{},{}", stamp(at, " "), random.one_of(&EVENTS)),
    }
}

/// One line that carries a failure; a tenth of them shouts, another tenth whispers.
pub fn failing(random: &mut Random, at: u64, failures: &[String]) -> String {
    let text = &failures[random.below(failures.len())];
    let line = format!(
        "{} EX0{} MSExchange Availability 4002 Error: lookup of user{}@contoso.com: {text}",
        stamp(at, " "),
        1 + random.below(4),
        random.below(5_000),
    );
    match random.below(20) {
        0 => line.to_uppercase(),
        1 => line.to_lowercase(),
        _ => line,
    }
}

/// Writes a log of some `size` bytes of which `per_thousand` lines of a thousand carry a failure; the answer is how many lines it has,
/// and how many carry one.
pub fn write(
    path: &Path,
    size: u64,
    per_thousand: usize,
    failures: &[String],
    mut encode: impl FnMut(&str) -> Vec<u8>,
) -> io::Result<(u64, u64)> {
    let mut random = Random::new();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let (mut written, mut lines, mut failed) = (0, 0, 0);
    while written < size {
        let fails = random.below(1_000) < per_thousand;
        let mut line = if fails { failing(&mut random, lines, failures) } else { ordinary(&mut random, lines) };
        line.push_str("\r\n");
        let bytes = encode(&line);
        out.write_all(&bytes)?;
        written += bytes.len() as u64;
        lines += 1;
        failed += u64::from(fails);
    }
    out.flush()?;
    Ok((lines, failed))
}
