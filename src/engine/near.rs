//! The place in a text that is most like a sentence which is not in it.

use std::ops::Range;

/// Letters that are counted together to see where it is worth looking closely.
const GRAM: usize = 3;

/// The part of a sentence that may differ, of ten letters. With more, two sentences have only common words in common.
const DIFFERS: usize = 4;

/// The piece of a folded text that is most like a folded sentence: where, and in how many letters it differs. Nothing where
/// none is like it.
pub(super) fn nearest(text: &str, sentence: &str) -> Option<(Range<usize>, usize)> {
    let (text, sentence) = (text.as_bytes(), sentence.as_bytes());
    if sentence.len() < GRAM || text.is_empty() {
        return None;
    }
    let window = busiest(text, sentence);
    let (range, distance) = closest(&text[window.clone()], sentence)?;
    let most = sentence.len() * DIFFERS / 10;
    (distance <= most).then(|| (window.start + range.start..window.start + range.end, distance))
}

/// The stretch of a text in which the most three-letter pieces of a sentence stand, with some room around.
fn busiest(text: &[u8], sentence: &[u8]) -> Range<usize> {
    let mut wanted: Vec<&[u8]> = sentence.windows(GRAM).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let hits: Vec<bool> = text.windows(GRAM).map(|gram| wanted.binary_search(&gram).is_ok()).collect();
    let length = sentence.len().min(hits.len().max(1));
    let mut count = hits.iter().take(length).filter(|hit| **hit).count();
    let (mut best, mut start) = (count, 0);
    for end in length..hits.len() {
        count += usize::from(hits[end]);
        count -= usize::from(hits[end - length]);
        if count > best {
            (best, start) = (count, end + 1 - length);
        }
    }
    start.saturating_sub(sentence.len())..(start + 2 * sentence.len()).min(text.len())
}

/// The substring with the smallest edit distance (Sellers).
fn closest(text: &[u8], sentence: &[u8]) -> Option<(Range<usize>, usize)> {
    // For each letter of the sentence: the distance so far, and where the match began.
    let mut row: Vec<(usize, usize)> = (0..=sentence.len()).map(|n| (n, 0)).collect();
    let mut best: Option<(Range<usize>, usize)> = None;
    for (at, letter) in text.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (0, at + 1);
        for (n, wanted) in sentence.iter().enumerate() {
            let replaced = (diagonal.0 + usize::from(letter != wanted), diagonal.1);
            diagonal = row[n + 1];
            let missing = (row[n].0 + 1, row[n].1);
            let surplus = (diagonal.0 + 1, diagonal.1);
            row[n + 1] = replaced.min(missing).min(surplus);
        }
        let (distance, start) = row[sentence.len()];
        if best.as_ref().is_none_or(|(_, least)| distance < *least) {
            best = Some((start..at + 1, distance));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_place_is_found() {
        let text = format!("{}theuserinthetokenisambigous{}", "x".repeat(500), "y".repeat(500));
        let (range, distance) = nearest(&text, "userinthetokenisambiguous").expect("similar");
        assert_eq!((&text[range], distance), ("userinthetokenisambigous", 1));
    }

    #[test]
    fn what_is_not_similar_is_not_shown() {
        assert!(nearest("somethingelseentirely", "userinthetokenisambiguous").is_none());
        assert!(nearest("", "abc").is_none() && nearest("xyz", "abc").is_none());
    }
}
