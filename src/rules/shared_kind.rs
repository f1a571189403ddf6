//! The files of a rule folder that are no rules.

/// The folder whose files are checks, not rules.
const CHECKS: &str = "checks";

/// Whether a file is one of checks, by its path as Windows and others write it.
pub fn is_check_file(path: &str) -> bool {
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or_default();
    (name.ends_with(".yaml") || name.ends_with(".yml")) && parts.next() == Some(CHECKS)
}

/// Which of the shared files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedKind {
    /// `phrases.yaml`
    Phrases,
    /// `contexts.yaml`
    Contexts,
    /// `indications.yaml`
    Indications,
    /// `parameters.yaml`
    Parameters,
    /// `well-known.yaml`
    WellKnown,
    /// `intake.yaml`
    Intake,
    /// `timeline.yaml`
    Timeline,
    /// `identifiers.yaml`
    Identifiers,
    /// `retired.yaml`
    Retired,
    /// `cmdlets.yaml`
    Cmdlets,
    /// `objects.yaml`
    Objects,
}

impl SharedKind {
    /// The shared file with this name; nothing where it is a rule's.
    pub fn of(file_name: &str) -> Option<Self> {
        Some(match file_name.strip_suffix(".yaml").or_else(|| file_name.strip_suffix(".yml"))? {
            "phrases" => Self::Phrases,
            "contexts" => Self::Contexts,
            "indications" => Self::Indications,
            "parameters" => Self::Parameters,
            "well-known" => Self::WellKnown,
            "intake" => Self::Intake,
            "timeline" => Self::Timeline,
            "identifiers" => Self::Identifiers,
            "retired" => Self::Retired,
            "cmdlets" => Self::Cmdlets,
            "objects" => Self::Objects,
            _ => return None,
        })
    }

    /// The name of its schema.
    pub fn schema(self) -> &'static str {
        match self {
            Self::Phrases => "phrases",
            Self::Contexts => "contexts",
            Self::Indications => "indications",
            Self::Parameters => "parameters",
            Self::WellKnown => "well-known",
            Self::Intake => "intake",
            Self::Timeline => "timeline",
            Self::Identifiers => "identifiers",
            Self::Retired => "retired",
            Self::Cmdlets => "cmdlets",
            Self::Objects => "objects",
        }
    }

    /// Whether a team's own file of this kind has no effect: what to ask is not theirs to change.
    pub fn is_shipped_only(self) -> bool {
        matches!(self, Self::Intake | Self::Timeline | Self::Retired | Self::Cmdlets)
    }
}
