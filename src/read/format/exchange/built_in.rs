//! The columns of lines that no line above them names: a file that begins in the middle, a collector that takes the heads away.

use super::columns;
use crate::read::format::Format;
use std::borrow::Cow;

/// HttpProxy in Exchange 2016 and later.
const HTTP_PROXY: &str = "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,ClientRequestId,Protocol,UrlHost,\
    UrlStem,ProtocolAction,AuthenticationType,IsAuthenticated,AuthenticatedUser,Organization,AnchorMailbox,UserAgent,\
    ClientIpAddress,ServerHostName,HttpStatus,BackEndStatus,ErrorCode,Method,ProxyAction,TargetServer,TargetServerVersion,\
    RoutingType,RoutingHint,BackEndCookie,ServerLocatorHost,ServerLocatorLatency,RequestBytes,ResponseBytes,\
    TargetOutstandingRequests,AuthModulePerfContext,HttpPipelineLatency,CalculateTargetBackEndLatency,GlsLatencyBreakup,\
    TotalGlsLatency,AccountForestLatencyBreakup,TotalAccountForestLatency,ResourceForestLatencyBreakup,\
    TotalResourceForestLatency,ADLatency,SharedCacheLatencyBreakup,TotalSharedCacheLatency,ActivityContextLifeTime,\
    ModuleToHandlerSwitchingLatency,ClientReqStreamLatency,BackendReqInitLatency,BackendReqStreamLatency,\
    BackendProcessingLatency,BackendRespInitLatency,BackendRespStreamLatency,ClientRespStreamLatency,\
    KerberosAuthHeaderLatency,HandlerCompletionLatency,RequestHandlerLatency,HandlerToModuleSwitchingLatency,ProxyTime,\
    CoreLatency,RoutingLatency,HttpProxyOverhead,TotalRequestTime,RouteRefresherLatency,UrlQuery,BackEndGenericInfo,\
    GenericInfo,GenericErrors,EdgeTraceId,DatabaseGuid,UserADObjectGuid,PartitionEndpointLookupLatency,RoutingStatus";

/// The columns of an HttpProxy log up to the status, which every build since 2016 has at these places.
const HTTP_PROXY_BEGINNING: usize = 20;

/// EWS: the beginning, which builds have in common; in later ones `Ring` stands behind `RevisionVersion`.
const EWS: &str = "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,ClientRequestId,\
    AuthenticationType,IsAuthenticated,AuthenticatedUser,Organization,UserAgent,VersionInfo,ClientIpAddress,ServerHostName,\
    FrontEndServer,SoapAction,HttpStatus,RequestSize,ResponseSize,ErrorCode";
const EWS_WITH_RING: &str = "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,Ring,ClientRequestId,\
    AuthenticationType,IsAuthenticated,AuthenticatedUser,Organization,UserAgent,VersionInfo,ClientIpAddress,ServerHostName,\
    FrontEndServer,SoapAction,HttpStatus,RequestSize,ResponseSize,ErrorCode";

/// SMTP protocol logs; they never changed.
const SMTP: &str =
    "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context";

/// Message tracking. Older builds have fewer columns at the end.
const TRACKING: &str = "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,\
    event-id,internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,\
    recipient-count,related-recipient-address,reference,message-subject,sender-address,return-path,message-info,\
    directionality,tenant-id,original-client-ip,original-server-ip,custom-data,transport-traffic-type,log-id,schema-version";

/// The same before Exchange 2013, which has no `network-message-id`.
const TRACKING_2010: &str = "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,\
    event-id,internal-message-id,message-id,recipient-address,recipient-status,total-bytes,recipient-count,\
    related-recipient-address,reference,message-subject,sender-address,return-path,message-info";

/// What HttpProxy writes as `Protocol`.
const PROTOCOLS: [&str; 12] = [
    "Autodiscover",
    "Eas",
    "Ecp",
    "Ews",
    "Mapi",
    "Oab",
    "Owa",
    "PowerShell",
    "PowerShellLiveId",
    "Rest",
    "Rpc",
    "RpcHttp",
];

/// The columns' names of such a line; only the first one where they are not known.
pub(super) fn names(format: Format, values: &[Cow<'_, str>]) -> Vec<&'static str> {
    let value = |at: usize| values.get(at).map_or("", |value| value.trim());
    let all = |names: &'static str| names.split(',');
    match format {
        Format::HttpProxy if fits(HTTP_PROXY, values) => {
            let known = if values.len() == all(HTTP_PROXY).count() { values.len() } else { HTTP_PROXY_BEGINNING };
            all(HTTP_PROXY).take(known).collect()
        }
        Format::Ews => match [EWS, EWS_WITH_RING].into_iter().find(|names| fits(names, values)) {
            Some(names) => all(names).collect(),
            None => vec!["DateTime"],
        },
        Format::Smtp if values.len() == all(SMTP).count() => all(SMTP).collect(),
        Format::Tracking if values.len() == all(TRACKING_2010).count() => all(TRACKING_2010).collect(),
        // The message's number in a form that nothing else has tells whether the column in front of it is there.
        Format::Tracking if value(11).is_empty() || is_guid(value(11)) => all(TRACKING).collect(),
        Format::Smtp | Format::Tracking => vec!["date-time"],
        _ => vec!["DateTime"],
    }
}

/// Whether the values look like those of a request with these columns.
fn fits(names: &'static str, values: &[Cow<'_, str>]) -> bool {
    let is = |name: &str, is: fn(&str) -> bool| {
        let value = names.split(',').position(|known| known == name).and_then(|at| values.get(at));
        value.is_some_and(|value| is(value.trim()))
    };
    is("HttpStatus", columns::is_status)
        && is("ClientIpAddress", |value| value.is_empty() || columns::is_ip(value))
        && is("IsAuthenticated", |value| matches!(value, "" | "true" | "false" | "True" | "False"))
}

/// The format that writes such a line.
pub(super) fn of_line(values: &[Cow<'_, str>]) -> Option<Format> {
    let value = |at: usize| values.get(at).map_or("", |value| value.trim());
    if !is_time(value(0)) {
        return None;
    }
    match values.len() {
        9 if is_number(value(3))
            && matches!(value(6), "+" | "-" | ">" | "<" | "*")
            && columns::is_ip(value(4))
            && columns::is_ip(value(5)) =>
        {
            Some(Format::Smtp)
        }
        40.. if !(2..6).all(|at| is_number(value(at))) => None,
        40.. if PROTOCOLS.contains(&value(7)) && fits(HTTP_PROXY, values) => Some(Format::HttpProxy),
        40.. if fits(EWS, values) || fits(EWS_WITH_RING, values) => Some(Format::Ews),
        20..40 if is_event(value(7)) && is_event(value(8)) && value(10).starts_with('<') => Some(Format::Tracking),
        _ => None,
    }
}

/// `2026-11-20T09:14:02.443Z`
fn is_time(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.len() >= 20
        && bytes.len() <= 28
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes[10] == b'T'
        && bytes[13] == b':'
        && value.ends_with('Z')
        && bytes[..4].iter().all(u8::is_ascii_digit)
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())
}

/// `SMTP`, `STOREDRIVER`, `RECEIVE`
fn is_event(value: &str) -> bool {
    value.len() >= 3 && value.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_guid(value: &str) -> bool {
    value.len() == 36 && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of `columns` values; those given by place, the others empty.
    fn row(columns: usize, given: &[(usize, &str)]) -> String {
        let mut values = vec![""; columns];
        given.iter().for_each(|(at, value)| values[*at] = value);
        values.join(",")
    }

    const PROXY: [(usize, &str); 8] = [
        (0, "2026-11-20T09:14:02.443Z"),
        (2, "15"),
        (3, "2"),
        (4, "1748"),
        (5, "10"),
        (7, "Ews"),
        (17, "203.0.113.9"),
        (19, "503"),
    ];

    fn of(line: &str) -> Option<Format> {
        of_line(&columns::commas(line))
    }

    #[test]
    fn a_row_without_head_is_known_by_its_values() {
        assert_eq!(HTTP_PROXY.split(',').count(), 74);
        assert_eq!(TRACKING.split(',').count(), 30);
        assert_eq!(of(&row(74, &PROXY)), Some(Format::HttpProxy));
        let ews = [
            (0, PROXY[0].1),
            (2, "15"),
            (3, "2"),
            (4, "1748"),
            (5, "10"),
            (8, "true"),
            (13, "203.0.113.9"),
            (17, "200"),
        ];
        assert_eq!(of(&row(75, &ews)), Some(Format::Ews));
        let with_ring = [
            (0, PROXY[0].1),
            (2, "15"),
            (3, "2"),
            (4, "1748"),
            (5, "10"),
            (6, "WW"),
            (9, "true"),
            (14, "203.0.113.9"),
            (18, "200"),
        ];
        assert_eq!(of(&row(80, &with_ring)), Some(Format::Ews));
        assert!(names(Format::Ews, &columns::commas(&row(80, &with_ring))).contains(&"Ring"));
        assert_eq!(
            of("2026-11-19T16:00:01.010Z,EX01\\Default,08DD1F2A6C3E5B72,7,192.0.2.10:25,198.51.100.33:56026,*,,x"),
            Some(Format::Smtp)
        );
        let tracking = [(0, PROXY[0].1), (7, "SMTP"), (8, "RECEIVE"), (10, "<1@contoso.com>")];
        assert_eq!(of(&row(30, &tracking)), Some(Format::Tracking));
    }

    #[test]
    fn what_does_not_fit_gets_no_names() {
        let known = |line: &str| names(Format::HttpProxy, &columns::commas(line)).len();
        assert_eq!(known(&row(74, &PROXY)), 74);
        assert_eq!(known(&row(80, &PROXY)), HTTP_PROXY_BEGINNING, "a later build");
        let moved: Vec<(usize, &str)> =
            PROXY.iter().map(|(at, value)| (if *at > 7 { at - 1 } else { *at }, *value)).collect();
        assert_eq!(known(&row(60, &moved)), 1, "an earlier build");
        assert_eq!(names(Format::Smtp, &columns::commas("a,b")), ["date-time"]);
        assert_eq!(names(Format::Tracking, &columns::commas(&row(25, &[(11, "anna@contoso.com")]))), ["date-time"]);
        for line in ["", ",", "2026-11-20T09:14:02.443Z", "2026-11-20T09:14:02.443Z,a,b,c,d,e,f,g,h"] {
            assert_eq!(of(line), None, "{line}");
        }
        assert_eq!(of(&row(74, &PROXY[1..])), None, "no time");
    }
}
