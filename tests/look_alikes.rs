//! Failures that print the same: one discriminating piece more or less in the text, and the answer is another one, or none.

mod common;

use common::Catalogue;
use freebusy::rules::model::Confidence::{self, Certain, Possible};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The first match of a text; nothing where no rule has anything to say.
type Expected = Option<(&'static str, Confidence)>;

const FORBIDDEN: &str = "ProxyWebRequest CrossForest from S-1-5-21-1-2-3-1105 to https://outlook.office365.com/EWS/Exchange.asmx failed. \
    ProxyWebRequestProcessingException ---> System.Net.WebException: The remote server returned an error: (403) Forbidden.";
const UNAUTHORIZED: &str =
    "Proxy web request failed. , inner exception: The request failed with HTTP status 401: Unauthorized.";
const RECEIVE: &str = "System.Net.WebException: The underlying connection was closed: An unexpected error occurred on a receive. ---> \
    System.IO.IOException: Unable to read data from the transport connection: An existing connection was forcibly closed by the remote host.";
const NOT_FOUND: &str = "The request failed with HTTP status 404: Not Found.";
const LOCATION: &str = "No free/busy information could be retrieved. Your server location could not be determined. Contact your administrator.";
const PROFILE: &str = "diagnostics: 2000001;reason=\"This token profile 'S2SAppActAs' is not applicable for the current protocol.\";error_category=\"invalid_token\"";
const NO_ACCESS: &str =
    "The caller does not have access to free/busy data. <ResponseCode>ErrorNoFreeBusyAccess</ResponseCode>";

#[track_caller]
fn check(catalogue: &Catalogue, text: &str, expected: Expected) {
    let first = common::first(catalogue, text, None);
    assert_eq!(first.as_ref().map(|(rule, confidence)| (rule.as_str(), *confidence)), expected, "{text}");
}

/// The same text with something before or behind it.
fn all(base: &str, cases: &[(&str, &str, Expected)]) {
    let catalogue = Catalogue::built_in();
    for (before, behind, expected) in cases {
        check(&catalogue, &format!("{before}{base}{behind}"), *expected);
    }
}

#[test]
fn forbidden_by_exchange_online_says_why_in_a_header() {
    all(
        FORBIDDEN,
        &[
            ("", "", Some(("dedicated-hybrid-app-missing", Possible))),
            (
                "",
                " Token: \"L:00000002-0000-0ff1-ce00-000000000000-AS:00000001-0000-0000-c000-000000000000@contoso.com\"",
                Some(("dedicated-hybrid-app-missing", Certain)),
            ),
            (
                "",
                " X-EWS-Policy-Reason: EWS is disabled for this user or tenant",
                Some(("ews-disabled-in-tenant", Certain)),
            ),
            (
                "",
                " X-EWS-Policy-Reason: EWS is blocked by policy for this user or tenant",
                Some(("ews-appid-not-allowed", Certain)),
            ),
        ],
    );
    // A proxy answers before Exchange Online sees anything: the stack ends where the request is written.
    let proxy = "System.Net.WebException: The remote server returned an error: (403) Forbidden. at System.Net.HttpWebRequest.GetRequestStream()";
    check(&Catalogue::built_in(), proxy, None);
}

#[test]
fn unauthorized_by_the_own_servers_is_explained_by_diagnostics() {
    all(
        UNAUTHORIZED,
        &[
            ("", "", Some(("preauth-401", Certain))),
            (
                "",
                " diagnostics: 2000003;reason=\"The hostname component of the audience claim value is invalid.\";error_category=\"invalid_resource\"",
                Some(("oauth-audience-hostname", Certain)),
            ),
        ],
    );
}

#[test]
fn unauthorized_by_the_cloud_is_explained_by_diagnostics_or_entra_id() {
    all(
        UNAUTHORIZED,
        &[
            (
                "",
                " diagnostics: 2000004;reason=\"The user specified by the user-context in the token does not exist.\";error_category=\"invalid_user\"",
                Some(("token-user-missing", Certain)),
            ),
            (
                "",
                " {\"error\":\"invalid_client\",\"error_description\":\"AADSTS700027: Client assertion contains an invalid signature. [Reason - The key was not found.]\"}",
                Some(("oauth-key-not-found", Certain)),
            ),
        ],
    );
}

#[test]
fn a_connection_closed_on_receive_between_sites_lacks_a_certificate() {
    all(
        RECEIVE,
        &[
            ("Proxy web request failed. ---> ", "", Some(("connection-closed-on-receive", Certain))),
            (
                "Source: MSExchange Availability Event ID: 4002 ProxyWebRequest CrossSite from S-1-5-21-1-2-3-1105 to \
                 https://ex02.contoso.com/EWS/Exchange.asmx failed. Caller SIDs: WSSecurity. The exception returned is ",
                "",
                Some(("noninternet-site-federation-cert-missing", Certain)),
            ),
        ],
    );
}

#[test]
fn an_unreachable_server_is_the_federation_gateway_if_its_address_says_so() {
    all(
        "Unable to connect to the remote server",
        &[
            ("Proxy web request failed. , inner exception: ", "", Some(("remote-server-unreachable", Certain))),
            (
                "An error occurred accessing https://login.microsoftonline.com/extSTS.srf: ",
                "",
                Some(("federation-gateway-unreachable", Certain)),
            ),
        ],
    );
}

#[test]
fn not_found_is_autodiscover_or_an_old_server() {
    all(
        NOT_FOUND,
        &[
            (
                "Autodiscover failed for email address user2@contoso.com with error System.Net.WebException: ",
                "",
                Some(("autodiscover-404", Certain)),
            ),
            ("Proxy web request failed. ", " Exchange Server 2010", Some(("ews-404-legacy", Certain))),
            ("Proxy web request failed. ", " Exchange Server 2016", None),
        ],
    );
}

#[test]
fn access_denied_is_a_clock_or_an_old_certificate() {
    all(
        "Detailed information: \"1007 AccessDenied: Access Denied.\".",
        &[
            (
                "An error occurred while attempting to provision Exchange to the Partner STS. ",
                "",
                Some(("fed-1007-time-skew", Certain)),
            ),
            (
                "The URI \"contoso.com\" for domain \"contoso.com\" on application identifier \"000000004C03F1B2\" couldn't be released. ",
                "",
                Some(("fed-1007-cert-expired", Certain)),
            ),
        ],
    );
}

#[test]
fn an_undetermined_server_location_is_a_proxy_or_the_path_through_graph() {
    all(
        LOCATION,
        &[
            ("", "", Some(("winhttp-proxy-client", Possible))),
            ("", " We can't show MailTips right now.", Some(("winhttp-proxy-client", Certain))),
            (
                "",
                " SectionName : RouteThroughMSGraph Parameters : {Enabled=true}",
                Some(("graph-delegated-mailbox", Certain)),
            ),
        ],
    );
}

#[test]
fn a_refused_token_profile_is_no_failure_where_exchange_online_ran_the_test() {
    all(
        PROFILE,
        &[
            (
                "[PS] C:\\>Test-OAuthConnectivity -Service EWS -TargetUri https://mail.contoso.com/ews/exchange.asmx -Mailbox anna\n",
                "",
                Some(("oauth-token-profile", Certain)),
            ),
            (
                "[PS] C:\\>Test-OAuthConnectivity -Service EWS -TargetUri https://outlook.office365.com/ews/exchange.asmx -Mailbox anna\n",
                "",
                Some(("oauth-token-profile", Possible)),
            ),
        ],
    );
}

#[test]
fn no_free_busy_access_is_a_missing_domain_only_where_the_test_says_so() {
    all(
        NO_ACCESS,
        &[
            ("", "", Some(("no-free-busy-access", Certain))),
            ("", " LID: 44348", Some(("no-free-busy-access", Certain))),
            (
                "",
                " Id : LocalFederatedDomainsAreMissingFromTheRemoteOrganizationRelationsipDomains",
                Some(("orgrel-domain-missing-5037", Certain)),
            ),
        ],
    );
}

/// With a Hybrid Agent the organizations' federation information never fits; without one it must.
#[test]
fn a_mismatched_federation_means_nothing_behind_a_hybrid_agent() {
    let test = "RunspaceId  : 3b1f0a52-7c4d-4e0e-8a35-51c9d2b7e610\r\nIdentity    :\r\nId          : MismatchedFederation\r\nStatus      : Warning\r\n\
                Description : x\r\nIsValid     : True\r\nObjectState : New\r\n";
    let relationship = |address: &str| {
        format!(
            "[PS] C:\\>Get-OrganizationRelationship | Format-List\r\n\r\nDomainNames           : {{contoso.com}}\r\nFreeBusyAccessEnabled : True\r\n\
             FreeBusyAccessLevel   : LimitedDetails\r\nTargetApplicationUri  : outlook.com\r\nTargetSharingEpr      : {address}\r\n\
             TargetAutodiscoverEpr :\r\nEnabled               : True\r\nIdentity              : On-premises to Exchange Online\r\n"
        )
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("look-alikes");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("test.txt"), test).expect("a file");
    let deviates = |address: &str| {
        fs::write(folder.join("relationship.txt"), relationship(address)).expect("a file");
        let said = Command::new(env!("CARGO_BIN_EXE_freebusy"))
            .args(["explain", "test.txt", "relationship.txt", "--format", "json"])
            .current_dir(&folder)
            .output()
            .expect("the program");
        let said: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
        said["checks"].as_array().expect("checks").iter().any(|check| check["id"] == "test-orgrel-federation")
    };
    assert!(deviates("https://mail.contoso.com/EWS/Exchange.asmx"));
    assert!(!deviates("https://0f3c.resource.mailboxmigration.his.msappproxy.net/EWS/Exchange.asmx"));
}
