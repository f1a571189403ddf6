//! Any bytes as a text: with labels, of a collector, or any other: no panic, an end, and the same records whole and in pieces.
#![no_main]

use freebusy::read::format::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| freebusy_fuzz::family(
    &[Format::Text, Format::FormatList, Format::EventDetails, Format::Snare, Format::Splunk],
    input
));
