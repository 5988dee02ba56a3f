//! The days that figures are wanted of, for all commands that tell any.

use anyhow::Context;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::deflection::Period;
use crate::config::Settings;

#[derive(Debug, clap::Args)]
pub struct Days {
    /// First day [default: 29 days before the last]
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day [default: today]
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
}

impl Days {
    /// # Errors
    /// A period that ends before it begins.
    pub fn period(&self, settings: &Settings, now: Timestamp) -> anyhow::Result<Period> {
        Period::new(self.from, self.to, settings, now).context("the period ends before it begins")
    }
}
