//! The same three events in every format: two failures of free/busy lookups and one that has nothing to do with them.

/// A Windows event.
pub struct Event<'a> {
    pub provider: &'a str,
    pub id: u16,
    pub qualifiers: u16,
    pub record_id: u64,
    pub time: &'a str,
    pub computer: &'a str,
    pub data: &'a [&'a str],
}

pub const COMPUTER: &str = "EX01.contoso.com";

pub const THREE: [Event<'static>; 3] = [
    Event {
        provider: "MSExchange Availability",
        id: 4002,
        qualifiers: 0xc004,
        record_id: 7001,
        time: "2026-03-17T08:45:01.1234567Z",
        computer: COMPUTER,
        data: &[
            "Process 4148: ProxyWebRequest CrossForest from S-1-5-21-1 to https://mail.contoso.com/ews/exchange.asmx/wssecurity \
             failed. Caller SIDs: WSSecurity. The exception returned is Microsoft.Exchange.InfoWorker.Common.Availability.\
             ProxyWebRequestProcessingException: Proxy web request failed. ---> System.Net.WebException: The underlying connection \
             was closed: An unexpected error occurred on a send.",
        ],
    },
    Event {
        provider: "MSExchange Availability",
        id: 4001,
        qualifiers: 0xc004,
        record_id: 7002,
        time: "2026-03-17T08:46:01Z",
        computer: COMPUTER,
        data: &[
            "Process 4148[w3wp.exe]: Autodiscover failed for email address user1@contoso.com with error Microsoft.Exchange.InfoWorker.\
             Common.Availability.AutoDiscoverFailedException: Autodiscover failed for email address user1@contoso.com with error \
             System.Net.WebException: The remote name could not be resolved: 'autodiscover.contoso.com'.",
        ],
    },
    Event {
        provider: "MSExchange Common",
        id: 4999,
        qualifiers: 0x4004,
        record_id: 7003,
        time: "2026-03-17T08:47:01Z",
        computer: COMPUTER,
        data: &["Watson report about to be sent for process id: 4148"],
    },
];
