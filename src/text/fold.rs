//! Folding: what is left of a sentence when everything that a copy can damage is taken away.
//!
//! A folded text has letters and digits only, in lower case, without accents. White space, line wraps (also inside a
//! word), quotes, dashes, brackets and escapes are gone, so none of them can hide a sentence. Rules are folded when
//! they are compiled, inputs when they are read, both with the functions of this file (`build.rs` includes it).

use unicode_normalization::char::decompose_compatible;

/// Calls `emit` for every folded character of `c`: none for punctuation, two for `ß`.
pub fn fold_char(c: char, mut emit: impl FnMut(char)) {
    if c.is_ascii() {
        if c.is_ascii_alphanumeric() {
            emit(c.to_ascii_lowercase());
        }
        return;
    }
    // Letters that have no decomposition, by the letter they are mistaken for.
    let replacement = match c {
        'ß' | 'ẞ' => "ss",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' => "d",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ı' => "i",
        _ => "",
    };
    if !replacement.is_empty() {
        replacement.chars().for_each(emit);
        return;
    }
    decompose_compatible(c, |part| {
        if part.is_ascii_alphanumeric() {
            emit(part.to_ascii_lowercase());
        } else if !part.is_ascii() && part.is_alphabetic() {
            part.to_lowercase().filter(|l| l.is_alphabetic()).for_each(&mut emit);
        }
    });
}

/// Folds a whole sentence.
pub fn fold(sentence: &str) -> String {
    let mut folded = String::with_capacity(sentence.len());
    if sentence.is_ascii() {
        folded.extend(sentence.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())));
        return folded;
    }
    for c in sentence.chars() {
        fold_char(c, |f| folded.push(f));
    }
    folded
}

/// The words of a text, in lower case: runs of letters and digits, of two characters or more.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).map(str::to_lowercase)
}

/// The foldings under which a translated sentence may turn up.
///
/// A letter outside ASCII may have kept its base letter (`zuruck`), may have become `?` or U+FFFD, which folding drops
/// (`zurck`), or may be spelt out (`zurueck`). The same thing happens to all letters of one text, so three foldings
/// are enough. A sentence that would lose most of its letters (Japanese) has only the first.
pub fn fold_variants(sentence: &str) -> Vec<String> {
    let mut variants = vec![fold(sentence)];
    if sentence.is_ascii() {
        return variants;
    }
    let ascii: String = sentence.chars().filter(char::is_ascii).collect();
    let dropped = fold(&ascii);
    // Of a Japanese sentence with an English word, only the word would be left.
    let most = dropped.chars().count() * 10 >= variants[0].chars().count() * 7;
    if most && dropped.len() >= 12 && !variants.contains(&dropped) {
        variants.push(dropped);
    }
    let spelt: String = sentence
        .chars()
        .map(|c| match c {
            'ä' | 'Ä' => "ae".to_owned(),
            'ö' | 'Ö' | 'ø' | 'Ø' => "oe".to_owned(),
            'ü' | 'Ü' => "ue".to_owned(),
            'å' | 'Å' => "aa".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let spelt = fold(&spelt);
    if !variants.contains(&spelt) {
        variants.push(spelt);
    }
    variants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_count() {
        assert_eq!(fold("The \u{201c}user-context\u{201d}\r\n is   AMBIGUOUS."), "theusercontextisambiguous");
        assert_eq!(fold("0x8004\u{a0}8821"), "0x80048821");
    }

    #[test]
    fn accents_do_not_count_composed_or_not() {
        assert_eq!(fold("zurück"), fold("zuru\u{308}ck"));
        assert_eq!(fold("Größe"), "grosse");
    }

    #[test]
    fn a_damaged_letter_is_one_of_the_variants() {
        let variants = fold_variants("Zugriff zurück für alle Benutzer");
        for damaged in [
            "Zugriff zur?ck f?r alle Benutzer",
            "zugriff zuruck fur alle benutzer",
            "Zugriff zurueck fuer alle Benutzer",
            "Zugriff zur\u{fffd}ck f\u{fffd}r alle Benutzer",
        ] {
            assert!(variants.contains(&fold(damaged)), "{damaged}");
        }
    }

    #[test]
    fn japanese_keeps_its_only_form() {
        assert_eq!(fold_variants("既存の接続").len(), 1);
    }
}
