//! `freebusy` reads what Exchange prints when a hybrid free/busy lookup fails, says which documented failure it is and on
//! what evidence, and lists the steps that mend it.
//!
//! Data flows one way, and each layer uses only those before it:
//!
//! ```text
//! bytes -> read -> Record -> text -> facts -> engine (over rules) -> remedy -> report
//! ```
//!
//! [`author`] stands above all of them: what those who write rules need, and no answer does. So does [`guide`], which walks a person
//! through a rule's steps. [`web`] answers what a browser asks, and shows the catalogue that [`author`] makes. [`export`] writes rules as
//! queries of the stores in which logs lie.
//!
//! Everything but [`read`] and [`cli`] is pure: no file system, clock or environment.

#![forbid(unsafe_code)]

pub mod author;
pub mod cli;
mod digest;
pub mod engine;
pub mod export;
pub mod facts;
pub mod guide;
pub mod read;
pub mod record;
pub mod remedy;
pub mod report;
pub mod rules;
pub mod scan;
pub mod text;
pub mod web;
