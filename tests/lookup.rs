//! `freebusy lookup`, and the meanings of the identifiers that an answer shows.

mod common;

use common::Catalogue;
use freebusy::facts::Facts;
use freebusy::report::identifiers::{IdentifierView, found};
use freebusy::rules::identifier::IdentifierKind;
use freebusy::rules::model::Standing;
use freebusy::text::Text;
use serde_json::Value;
use std::process::{Command, Output};

fn freebusy(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_freebusy")).args(arguments).output().expect("the program")
}

fn look_up(query: &str) -> (Option<i32>, Value) {
    let output = freebusy(&["lookup", "--format", "json", query]);
    (output.status.code(), serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// The kinds and ids that a query is known as.
fn known(query: &str) -> Vec<(String, String)> {
    let (_, answer) = look_up(query);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    answer["identifiers"].as_array().expect("a list").iter().map(|i| (text(&i["kind"]), text(&i["id"]))).collect()
}

fn shown(text: &str) -> Vec<IdentifierView> {
    let identifiers = Catalogue::built_in().pack().identifiers().expect("identifiers");
    found(identifiers, text, &Facts::of(&Text::new(text)))
}

fn ids(text: &str) -> Vec<String> {
    shown(text).into_iter().map(|identifier| identifier.id).collect()
}

#[test]
fn every_way_to_write_an_identifier_leads_to_it() {
    for (query, kind, id) in [
        ("43532", "lid", "43532"),
        ("LID: 43532", "lid", "43532"),
        ("AADSTS700027", "aadsts", "700027"),
        ("aadsts 700027", "aadsts", "700027"),
        ("700027", "aadsts", "700027"),
        ("2000005", "diagnostics", "2000005"),
        ("x-ms-diagnostics: 2000005", "diagnostics", "2000005"),
        ("ErrorNoFreeBusyAccess", "response-code", "ErrorNoFreeBusyAccess"),
        ("errornofreebusyaccess", "response-code", "ErrorNoFreeBusyAccess"),
        ("MismatchedFederation", "organization-relationship-test", "MismatchedFederation"),
        ("TokenValidation", "federation-trust-test", "TokenValidation"),
        ("EWS is disabled for this user or tenant", "ews-policy", "EWS is disabled for this user or tenant"),
        (
            "Multiple Auth Servers have same realm 'contoso.com'.",
            "token-request",
            "Multiple Auth Servers have same realm '*'.",
        ),
    ] {
        assert_eq!(known(query), [(kind.to_owned(), id.to_owned())], "{query}");
    }
}

#[test]
fn a_number_of_two_tables_is_shown_in_both() {
    let kinds: Vec<String> = known("5037").into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["exception-code", "outlook-on-the-web"]);
    assert_eq!(known("ExceptionCode 5037").len(), 1);
}

#[test]
fn a_rules_id_leads_to_the_rule() {
    let (code, answer) = look_up("preauth-401");
    assert_eq!(code, Some(0));
    assert_eq!(answer["rule"]["rule"], "preauth-401");
}

#[test]
fn what_is_unknown_says_so_and_names_the_nearest() {
    for (query, nearest) in [
        ("43533", "43532"),
        ("AADSTS50014", "50013"),
        ("ErrorNoFreeBusyAcces", "ErrorNoFreeBusyAccess"),
        ("preauth-402", "preauth-401"),
        ("blocked by policy", "EWS is blocked by policy for this user or tenant"),
    ] {
        let (code, answer) = look_up(query);
        assert_eq!(code, Some(1), "{query}");
        assert_eq!(answer["nearest"][0]["id"], nearest, "{query}");
    }
    let (code, answer) = look_up("xyzzy plugh");
    assert_eq!((code, answer["nearest"].as_array().map(Vec::len)), (Some(1), Some(0)));
}

#[test]
fn an_empty_query_cannot_be_answered() {
    assert_eq!(freebusy(&["lookup", " "]).status.code(), Some(2));
}

#[test]
fn codes_in_a_text_have_a_meaning_without_any_rule() {
    assert_eq!(ids("Something failed. AADSTS90019: No tenant-identifying information found."), ["90019"]);
    assert_eq!(
        ids("<m:ExceptionCode>5009</m:ExceptionCode> <m:ResponseCode>ErrorMailRecipientNotFound</m:ResponseCode>"),
        ["5009", "ErrorMailRecipientNotFound"]
    );
    assert_eq!(
        ids("X-EWS-Policy-Reason: EWS is blocked by policy\r\n for this user or tenant"),
        ["EWS is blocked by policy for this user or tenant"]
    );
    assert_eq!(
        ids("OAuthTokenRequestFailedException: The matched Auth Server 'Evo' has an empty realm."),
        ["The matched Auth Server '*' has an empty realm."]
    );
}

#[test]
fn a_tests_result_is_found_by_its_id_in_any_language_and_across_a_wrap() {
    let output = "Id          : MismatchedFederation\r\nStatus      : Предупреждение\r\n";
    assert_eq!(ids(output), ["MismatchedFederation"]);
    let wrapped = "Id          : AutodiscoverServiceCallFa\r\n              iled\r\nStatus      : Fehler\r\n";
    assert_eq!(ids(wrapped), ["AutodiscoverServiceCallFailed"]);
    assert_eq!(ids("Id      : TokenValidation\r\nType    : Error\r\n"), ["TokenValidation"]);
}

#[test]
fn ordinary_words_and_numbers_are_no_identifiers() {
    for text in [
        "An unknown error. Token request failed. Token validation failed.",
        "GET /ews/exchange.asmx 443 5037 5016 43532 50012",
        "RunspaceId : unknown",
        "ExceptionCode 50371",
    ] {
        assert!(ids(text).is_empty(), "{text}: {:?}", ids(text));
    }
}

#[test]
fn an_identifier_that_is_enough_for_a_question_makes_its_rule_possible() {
    let text = "Sign-in failed. AADSTS90020: The SAML 1.1 Assertion is missing ImmutableID of the user.";
    let matches = Catalogue::built_in().matches(text, None);
    assert!(matches.iter().any(|(rule, _)| rule == "member-name-invalid"), "{matches:?}");
}

#[test]
fn every_identifier_is_found_by_its_own_name() {
    let identifiers = Catalogue::built_in().pack().identifiers().expect("identifiers");
    assert!(identifiers.len() > 130, "{}", identifiers.len());
    let named: Vec<_> = Vec::new();
    for identifier in &identifiers {
        let answer = freebusy::report::identifiers::look_up(identifiers.clone(), &named, &identifier.id);
        let same = |found: &IdentifierView| found.kind == identifier.kind && found.id == identifier.id;
        assert!(answer.identifiers.iter().any(same), "{}", identifier.id);
        assert!(identifier.meaning.len() > 10, "{}", identifier.id);
    }
}

/// What is read from a name only must not be taken for documented.
#[test]
fn a_meaning_that_is_read_from_a_name_says_so() {
    let names = shown("lid: 58684");
    assert_eq!(names.first().map(|i| (i.kind, i.confidence)), Some((IdentifierKind::Lid, Standing::IdentifierOnly)));
    let out = freebusy(&["lookup", "58684"]);
    assert!(String::from_utf8_lossy(&out.stdout).contains("the meaning is read from the name"));
}
