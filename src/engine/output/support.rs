//! From checks to rules: what a cmdlet's output makes possible, or proves.

use super::Examination;
use crate::engine::{Analysis, Match, Missing, Shown, rank};
use crate::rules::check::Level;
use crate::rules::model::Confidence;
use crate::rules::pack::{Checks, Pack};
use std::sync::Arc;

impl Analysis {
    /// Adds the rules that the checks' findings make possible or prove. What the failure's own text shows stays first: a rule that is
    /// certain already is not asked about again.
    pub fn support(&mut self, examination: &Examination, checks: &Checks, pack: &Pack<'_>) {
        let mut certain = self.matches.iter().any(|found| found.confidence == Confidence::Certain);
        for finding in examination.findings.iter().filter(|finding| finding.set_aside_by.is_none()) {
            let check = &checks.entries[finding.entry].check;
            if check.level != Level::Deviation {
                continue;
            }
            let named = check.supports.iter().map(|id| (id, false)).chain(check.decides.iter().map(|id| (id, true)));
            for (id, proves) in named {
                let Some(rule) = pack.rule_index(id) else { continue };
                let known = self.matches.iter_mut().find(|found| found.rule == rule);
                let shown = || {
                    let direction = finding.direction.or(self.direction);
                    Arc::new(Shown { facts: Arc::new(self.facts.clone()), direction, auth: self.auth.or(check.auth) })
                };
                match known {
                    Some(found) if proves => {
                        found.confidence = Confidence::Certain;
                        found.missing = Missing::Nothing;
                    }
                    // Its text shows it, or another check did.
                    Some(_) => continue,
                    None if !proves && certain => continue,
                    None => {
                        let (confidence, missing) = match proves {
                            true => (Confidence::Certain, Missing::Nothing),
                            false => (Confidence::Possible, Missing::Failure),
                        };
                        let evidence = finding.at.clone();
                        let weight = evidence.iter().map(ExactSizeIterator::len).sum();
                        let shown = shown();
                        self.matches.push(Match {
                            rule,
                            confidence,
                            missing,
                            evidence,
                            weight,
                            outranked_by: None,
                            shown,
                        });
                    }
                }
                certain |= proves;
            }
        }
        if certain {
            self.matches.retain(|found| !matches!(found.missing, Missing::Signature | Missing::Failure));
        }
        rank::sort(&mut self.matches);
        self.nearest.retain(|(rule, _)| !self.matches.iter().any(|found| found.rule == *rule));
    }
}
