//! What contacts are told of their tickets and asked about them.

use super::targets::words;
use super::{ConfigError, Reader, wrong};
use crate::calendar::Calendar;
use crate::config::{Notices, Survey};

/// States of which a contact can be told.
const STATES: [&str; 5] = ["in_progress", "pending_contact", "resolved", "reopened", "cancelled"];

pub(super) fn notices(reader: &Reader<'_>) -> Result<Notices, ConfigError> {
    const HOURS: &str = "desk.notices.hours";
    let hours = Calendar::new(&reader.text("desk.time_zone")?, &reader.list(HOURS)?)
        .map_err(|error| wrong(HOURS, &format!("cannot be read: {error}")))?;
    Ok(Notices { tell: words(reader, "desk.notices", "tell", &STATES)?, hours })
}

pub(super) fn survey(reader: &Reader<'_>) -> Result<Survey, ConfigError> {
    let share = |key: &str| {
        let share = reader.text(key)?.parse::<u8>().ok().filter(|share| *share <= 100);
        share.ok_or_else(|| wrong(key, "must be a number from 0 to 100: how many of a hundred are asked"))
    };
    Ok(Survey {
        csat: share("desk.survey.csat")?,
        nps: share("desk.survey.nps")?,
        rest: reader.days("desk.survey.rest")?.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use crate::config::load;

    #[test]
    fn shares_and_hours_are_read_and_mistakes_named() {
        let with = |name: &str, value: &str| load(None, [(name.to_owned(), value.to_owned())]);
        let settings = with("VESTIBULE_DESK__NOTICES__TELL", "resolved").expect("good settings");
        assert_eq!(settings.desk.notices.tell, ["resolved"]);
        assert_eq!((settings.desk.survey.csat, settings.desk.survey.nps), (100, 20));
        for (name, value, told) in [
            ("VESTIBULE_DESK__NOTICES__TELL", "solved", "`desk.notices.tell` has `solved`"),
            ("VESTIBULE_DESK__NOTICES__HOURS", "always", "`desk.notices.hours` cannot be read"),
            ("VESTIBULE_DESK__SURVEY__NPS", "120", "`desk.survey.nps` must be a number from 0 to 100"),
        ] {
            let error = with(name, value).expect_err(value).to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
