//! The page and the API of `freebusy serve`: from a request to what is answered. No sockets, files or clock: `cli::serve` has those.
//!
//! The same engine, rules and templates as the command line; the JSON is its contract.

mod ask;
mod find;
mod guard;
mod marked;
mod problem;
mod reply;
mod site;
mod templates;

pub use ask::{Ask, Field, Pasted, file_name};
pub use guard::{Hosts, Origin, Refusal};
pub use problem::Problem;
pub use reply::{Form, Reply};
pub use site::Site;
