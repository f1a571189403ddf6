//! What the records of a chunk have in common: the templates of their XML, and names.
//!
//! A record says which template it fills in, and gives only the values. So its own bytes tell what it says, once the templates and the
//! names say nothing of interest. Both stand among the records, at their first use; tables in the chunk's header lead to them.

use super::chunk::{Chunk, HEADER, RECORD_HEADER};
use memchr::memmem;
use std::ops::Range;

/// The table of names in a chunk's header: places, of four bytes each.
pub(super) const NAMES: Range<usize> = 128..384;
/// The table of templates.
const TEMPLATES: Range<usize> = 384..512;

/// The bytes before the text of a name: the next name of its hash, the hash, and the number of letters.
const NAME_HEADER: usize = 8;
/// The bytes before the XML of a template: the next template of its hash, an identifier, and the size.
const TEMPLATE_HEADER: usize = 24;

/// How a record begins that fills in a template; behind it come the template's identifier and its place.
const INSTANCE: [u8; 6] = [0x0f, 1, 1, 0, 0x0c, 1];

/// More than that are not in a real chunk; the tables of a made one may lead in circles.
const MOST: usize = 4_096;

/// The templates and the names of a chunk.
pub(super) struct SharedParts<'a> {
    chunk: Chunk<'a>,
    /// Where the templates begin, in order.
    templates: Vec<usize>,
    parts: Vec<Range<usize>>,
}

impl<'a> SharedParts<'a> {
    /// Follows the tables. Nothing where they lead out of the chunk, or in circles.
    pub fn of(chunk: Chunk<'a>) -> Option<Self> {
        let mut shared = Self { chunk, templates: Vec::new(), parts: Vec::new() };
        shared.follow(TEMPLATES, |shared, at| {
            let size = shared.chunk.u32_at(at + TEMPLATE_HEADER - 4) as usize;
            shared.templates.push(at);
            at + TEMPLATE_HEADER..(at + TEMPLATE_HEADER).saturating_add(size)
        })?;
        shared.follow(NAMES, |shared, at| {
            let letters = usize::from(shared.chunk.u16_at(at + NAME_HEADER - 2));
            at + NAME_HEADER..at + NAME_HEADER + 2 * letters
        })?;
        shared.templates.sort_unstable();
        Some(shared)
    }

    fn follow(&mut self, table: Range<usize>, part: impl Fn(&mut Self, usize) -> Range<usize>) -> Option<()> {
        let live = self.chunk.live().len();
        for entry in table.step_by(4) {
            let mut at = self.chunk.u32_at(entry) as usize;
            while at != 0 {
                if at < HEADER || self.parts.len() == MOST {
                    return None;
                }
                let part = part(self, at);
                if part.end > live {
                    return None;
                }
                self.parts.push(part);
                at = self.chunk.u32_at(at) as usize;
            }
        }
        Some(())
    }

    /// The bytes of every template and name.
    pub fn texts(&self) -> impl Iterator<Item = &'a [u8]> {
        self.parts.iter().filter_map(|part| self.chunk.live().get(part.clone()))
    }

    /// Whether a record, and what is nested in it, fills in none but these templates: only then its own bytes and these are all that it says.
    pub fn hold_templates_of(&self, record: &[u8]) -> bool {
        let mut instances = memmem::find_iter(record, &INSTANCE).peekable();
        instances.peek() == Some(&RECORD_HEADER)
            && instances.all(|at| {
                let place = record.get(at + INSTANCE.len() + 4..).and_then(|rest| rest.first_chunk());
                place.is_some_and(|place| self.templates.binary_search(&(u32::from_le_bytes(*place) as usize)).is_ok())
            })
    }
}
