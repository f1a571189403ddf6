//! What an entry of `rules/identifiers.yaml` can say: a code that failures carry, and what it means.
//!
//! A rule decides which failure a text is. An identifier says what one number or name in it stands for, also where no rule
//! decides. `build.rs` includes this file.

use super::model::Standing;
use serde::{Deserialize, Serialize};

/// An entry of `rules/identifiers.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Which table it is from.
    pub kind: IdentifierKind,
    /// The number, or the words; ` * ` stands for a part that differs from text to text.
    pub id: String,
    /// What it stands for.
    pub meaning: String,
    /// Where to look for the cause.
    pub side: Side,
    /// What to look at first.
    #[serde(default)]
    pub check: Option<String>,
    /// The rules that it speaks for.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Whether those rules are possible where nothing but the identifier is found.
    #[serde(default)]
    pub hint: bool,
    /// How well the meaning is vouched for.
    #[serde(default)]
    pub confidence: Standing,
    /// Where it is documented.
    #[cfg_attr(test, schemars(regex(pattern = "^https://")))]
    #[serde(default)]
    pub source: Option<String>,
}

/// A table of identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum IdentifierKind {
    /// A location in Exchange's code.
    Lid,
    /// A number of `x-ms-diagnostics`.
    Diagnostics,
    /// A number of Microsoft Entra ID, `AADSTS`.
    Aadsts,
    /// What an `OAuthTokenRequestFailedException` says.
    TokenRequest,
    /// A result's id of `Test-OrganizationRelationship`.
    OrganizationRelationshipTest,
    /// A result's id of `Test-FederationTrust`.
    FederationTrustTest,
    /// A number of the availability service, `ExceptionCode`.
    ExceptionCode,
    /// A number that Outlook on the web shows.
    OutlookOnTheWeb,
    /// A response code of Exchange Web Services.
    ResponseCode,
    /// A reason that the header `X-EWS-Policy-Reason` gives.
    EwsPolicy,
}

impl IdentifierKind {
    /// The name used in rule files and in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Lid => "lid",
            Self::Diagnostics => "diagnostics",
            Self::Aadsts => "aadsts",
            Self::TokenRequest => "token-request",
            Self::OrganizationRelationshipTest => "organization-relationship-test",
            Self::FederationTrustTest => "federation-trust-test",
            Self::ExceptionCode => "exception-code",
            Self::OutlookOnTheWeb => "outlook-on-the-web",
            Self::ResponseCode => "response-code",
            Self::EwsPolicy => "ews-policy",
        }
    }

    /// Whether its ids are numbers.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Lid | Self::Diagnostics | Self::Aadsts | Self::ExceptionCode | Self::OutlookOnTheWeb)
    }
}

/// Where the cause of an identifier lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Exchange Online and Microsoft Entra ID.
    Cloud,
    /// The on-premises organization.
    OnPremises,
    /// The side whose mailbox asks, be it the cloud or the on-premises organization.
    Asking,
    /// The side whose calendar is asked for.
    Answering,
    /// What lies between the two.
    Network,
    /// The program on the person's computer.
    Client,
    /// The identifier does not tell.
    Either,
}

impl Identifier {
    /// The number, where its ids are numbers.
    pub fn number(&self) -> Option<u32> {
        self.id.parse().ok().filter(|_| self.kind.is_number())
    }
}
