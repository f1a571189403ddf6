//! `docs/export.md`: what each target loses of each rule.

use super::{Exporter, Loss, Target};

/// What stands above the tables.
const HEAD: &str = include_str!("../../templates/export/page.md");

/// The page, as Markdown.
pub fn page(exporter: &Exporter) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n## The losses\n\n| loss | it may select | what is lost |\n|---|---|---|\n");
    for loss in Loss::ALL {
        page.push_str(&format!("| `{}` | {} | {} |\n", loss.id(), loss.effect().words(), loss.words()));
    }
    page.push_str("\n## Rule by rule\n\n| rule |");
    Target::ALL.iter().for_each(|target| page.push_str(&format!(" {} |", target.title().replace('|', "\\|"))));
    page.push_str("\n|---|---|---|---|---|---|\n");
    for (number, rule) in exporter.rules().iter().enumerate() {
        page.push_str(&format!("| `{}` |", rule.id));
        for target in Target::ALL {
            let losses: Vec<&str> = exporter.rule(number, target).losses.iter().map(|loss| loss.id()).collect();
            page.push_str(&format!(" {} |", losses.join(", ")));
        }
        page.push('\n');
    }
    page
}
