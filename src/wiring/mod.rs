//! The hooks in the launchers: what is wired, wiring it, taking it out again; the instances.
//!
//! A change is planned as data first (`plan`), and the same plan is shown or carried out (`execute`).

pub mod execute;
pub mod find;
pub mod gone;
pub mod health;
pub mod instances;
pub mod plan;
pub mod reach;
pub mod report;

pub use execute::{install, remove};
pub use health::health;
pub use instances::instances;
