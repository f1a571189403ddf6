//! From a case to its answer: what the rules find in it, what the checks say about the output of cmdlets, and what both amount to.

use super::Answer;
use super::answer::AnswerError;
use crate::engine::Engine;
use crate::engine::output::{Scene, examine};
use crate::read::Case;
use crate::remedy::Planner;
use jiff::civil::Date;

impl Answer {
    /// Answers a case. `assumed` are the numbers of the contexts that a person vouches for; `today` is the day by which certificates are
    /// judged.
    ///
    /// # Errors
    ///
    /// When the rules are damaged.
    pub fn to_case(
        engine: &Engine<'_>,
        planner: &Planner,
        case: &Case,
        assumed: &[u16],
        today: Date,
    ) -> Result<Self, AnswerError> {
        let pack = engine.rules().pack();
        let records = case.records();
        let mut analysis = engine.analyse(&records, assumed);
        let objects = case.objects();
        // Most texts hold no cmdlet's output, and pay nothing for the checks.
        if objects.is_empty() {
            return Self::of_case(engine, &analysis, planner, case, None);
        }
        let checks = pack.checks()?;
        let today = Some(today);
        let scene = Scene { objects: &objects, case, records: &records, analysis: &analysis, today };
        let examination = examine(&checks, &scene);
        analysis.support(&examination, &checks, pack);
        Self::of_case(engine, &analysis, planner, case, Some((&examination, &checks)))
    }
}
