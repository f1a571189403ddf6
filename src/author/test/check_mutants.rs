//! Variations of a check, each with one thing taken away, as [`mod@super::mutants`] does it for rules.

use super::Loss;
use crate::rules::check::Shows;
use crate::rules::compile_checks::shape;

/// A check's test with one thing taken away.
#[derive(Debug, Clone)]
pub struct CheckMutant {
    /// The keys that lead to what was taken away, such as `when.all[0]`.
    pub path: String,
    /// What is lost with it.
    pub loss: Loss,
    /// The varied test.
    pub when: Shows,
}

/// All variations of a check's test that are still tests.
pub fn check_mutants(when: &Shows) -> Vec<CheckMutant> {
    let all = variations(when, "when");
    all.into_iter().filter(|mutant| is_sound(&mutant.when)).collect()
}

fn is_sound(shows: &Shows) -> bool {
    let inside = shows.with.iter().filter_map(|with| with.shows.as_ref());
    shape(shows).is_empty() && shows.all.iter().chain(&shows.any).chain(&shows.none).chain(inside).all(is_sound)
}

fn variations(shows: &Shows, path: &str) -> Vec<CheckMutant> {
    let mut out = Vec::new();
    let mut add = |path: String, loss: Loss, change: &dyn Fn(&mut Shows)| {
        let mut when = shows.clone();
        change(&mut when);
        out.push(CheckMutant { path, loss, when });
    };
    for (key, is_given, clear) in KEYS {
        if is_given(shows) {
            add(format!("{path}.{key}"), Loss::Guard, &|when| clear(when));
        }
    }
    if shows.one_of.len() > 1 {
        for n in 0..shows.one_of.len() {
            add(format!("{path}.one-of[{n}]"), Loss::Find, &|when| {
                when.one_of.remove(n);
            });
        }
    }
    for n in 0..shows.all.len() {
        add(format!("{path}.all[{n}]"), Loss::Guard, &|when| {
            when.all.remove(n);
        });
    }
    for n in 0..shows.none.len() {
        add(format!("{path}.none[{n}]"), Loss::Guard, &|when| {
            when.none.remove(n);
        });
    }
    if !shows.any.is_empty() {
        add(format!("{path}.any"), Loss::Guard, &|when| when.any.clear());
    }
    if shows.any.len() > 1 {
        for n in 0..shows.any.len() {
            add(format!("{path}.any[{n}]"), Loss::Find, &|when| {
                when.any.remove(n);
            });
        }
    }
    deeper(shows, path, &mut out);
    out
}

type List = (&'static str, fn(&Shows) -> &Vec<Shows>, fn(&mut Shows) -> &mut Vec<Shows>);

const LISTS: [List; 3] =
    [("all", |s| &s.all, |s| &mut s.all), ("any", |s| &s.any, |s| &mut s.any), ("none", |s| &s.none, |s| &mut s.none)];

/// The same inside.
fn deeper(shows: &Shows, path: &str, out: &mut Vec<CheckMutant>) {
    for (key, of, of_mut) in LISTS {
        for (n, inner) in of(shows).iter().enumerate() {
            for mutant in variations(inner, &format!("{path}.{key}[{n}]")) {
                let mut when = shows.clone();
                of_mut(&mut when)[n] = mutant.when;
                // Of an exclusion, what is lost is lost to a guard.
                let loss = if key == "none" { Loss::Guard } else { mutant.loss };
                out.push(CheckMutant { path: mutant.path, loss, when });
            }
        }
    }
    let Some(with) = &shows.with else { return };
    for mutant in with.shows.iter().flat_map(|inner| variations(inner, &format!("{path}.with.shows"))) {
        let mut when = shows.clone();
        if let Some(with) = &mut when.with {
            with.shows = Some(mutant.when);
        }
        out.push(CheckMutant { when, ..mutant });
    }
}

type Key = (&'static str, fn(&Shows) -> bool, fn(&mut Shows));

/// The keys that require one thing each. `compare` goes with what it compares with.
const KEYS: [Key; 14] = [
    ("step", |s| s.step.is_some(), |s| s.step = None),
    ("equals", |s| s.equals.is_some(), |s| s.equals = None),
    ("one-of", |s| !s.one_of.is_empty(), |s| s.one_of.clear()),
    ("contains", |s| s.contains.is_some(), |s| s.contains = None),
    ("matches", |s| s.matches.is_some(), |s| s.matches = None),
    ("empty", |s| s.empty.is_some(), |s| s.empty = None),
    ("expired", |s| s.expired.is_some(), |s| s.expired = None),
    ("later-than", |s| s.later_than.is_some(), |s| s.later_than = None),
    (
        "compare",
        |s| s.compare.is_some(),
        |s| {
            s.compare = None;
            s.fact = None;
            if let Some(with) = &mut s.with {
                with.property = None;
            }
        },
    ),
    ("objects", |s| s.objects.is_some(), |s| s.objects = None),
    ("direction", |s| s.direction.is_some(), |s| s.direction = None),
    ("failed-with", |s| s.failed_with.is_some(), |s| s.failed_with = None),
    ("text", |s| s.text.is_some(), |s| s.text = None),
    ("failure", |s| s.failure.is_some(), |s| s.failure = None),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn equals(property: &str, value: &str) -> Shows {
        Shows { property: Some(property.into()), equals: Some(value.into()), ..Shows::default() }
    }

    #[test]
    fn everything_that_can_go_goes_once() {
        let when = Shows {
            one_of: vec!["x".into(), "y".into()],
            all: vec![equals("B", "1")],
            none: vec![equals("C", "2")],
            equals: None,
            ..equals("A", "")
        };
        let paths: Vec<(String, Loss)> = check_mutants(&when).into_iter().map(|m| (m.path, m.loss)).collect();
        let wanted = [
            ("when.one-of", Loss::Guard),
            ("when.one-of[0]", Loss::Find),
            ("when.one-of[1]", Loss::Find),
            ("when.all[0]", Loss::Guard),
            ("when.none[0]", Loss::Guard),
            ("when.all[0].equals", Loss::Guard),
            ("when.none[0].equals", Loss::Guard),
        ];
        assert_eq!(paths, wanted.map(|(path, loss)| (path.to_owned(), loss)));
        // A test that names nothing is none.
        assert!(check_mutants(&Shows { step: Some("a".into()), ..Shows::default() }).is_empty());
    }
}
