//! An expression fitted to what a target can say.

use super::Target;
use super::expr::{Expr, Lowered};
use super::loss::Loss;
use super::pattern::{lucene, pieces};
use std::collections::BTreeSet;

/// Replaces what a target cannot say by what comes nearest, and notes what that loses.
pub(super) fn fit(lowered: Lowered, target: Target) -> Lowered {
    let Lowered { expr, mut losses } = lowered;
    let pattern = |expr: &Expr| matches!(expr, Expr::Pattern(_));
    match target {
        Target::Kql | Target::Spl => Lowered { expr, losses },
        Target::Esql => {
            let inexact = |expr: &Expr| matches!(expr, Expr::Pattern(pattern) if lucene(&pattern.tight).is_none_or(|lucene| !lucene.exact));
            if expr.has(&inexact) {
                losses.insert(Loss::PatternAnchors);
            }
            Lowered { expr, losses }
        }
        Target::Sigma => {
            if expr.has(&pattern) {
                losses.insert(Loss::PatternBlanks);
            }
            if expr.has(&|expr| matches!(expr, Expr::Words(_))) {
                losses.insert(Loss::Wording);
            }
            Lowered { expr, losses }
        }
        Target::Sqlite => {
            // A rule that is nothing but an exclusion does not exist; `All` of nothing holds always.
            let expr = in_pieces(expr, false, &mut losses).unwrap_or(Expr::All(Vec::new()));
            Lowered { expr, losses }
        }
    }
}

/// Patterns as their fixed pieces. Where that is not the same, it must not exclude a row: nothing stands for what is left out.
fn in_pieces(expr: Expr, excluding: bool, losses: &mut BTreeSet<Loss>) -> Option<Expr> {
    match expr {
        Expr::Pattern(pattern) => {
            let pieces = pieces(&pattern.tight)?;
            if pieces.exact {
                return Some(Expr::Pieces(pieces.chains));
            }
            losses.insert(if excluding { Loss::PatternNotExcluded } else { Loss::PatternParts });
            (!excluding).then_some(Expr::Pieces(pieces.chains))
        }
        Expr::All(parts) => {
            let fitted: Vec<Option<Expr>> = parts.into_iter().map(|part| in_pieces(part, excluding, losses)).collect();
            // Fewer conditions would exclude more.
            if excluding && fitted.iter().any(Option::is_none) {
                return None;
            }
            Some(Expr::All(fitted.into_iter().flatten().collect()))
        }
        Expr::Any(parts) => {
            let fitted: Vec<Option<Expr>> = parts.into_iter().map(|part| in_pieces(part, excluding, losses)).collect();
            if !excluding && fitted.iter().any(Option::is_none) {
                return None;
            }
            let left: Vec<Expr> = fitted.into_iter().flatten().collect();
            (!left.is_empty()).then_some(Expr::Any(left))
        }
        Expr::Not(inner) => in_pieces(*inner, !excluding, losses).map(|inner| Expr::Not(Box::new(inner))),
        other => Some(other),
    }
}
