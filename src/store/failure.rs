//! What kind of failure an error of the database is, and so what is to be done.

use super::StoreError;

fn code(error: &StoreError) -> Option<String> {
    match error {
        StoreError::Database(sqlx::Error::Database(error)) => error.code().map(|code| code.into_owned()),
        _ => None,
    }
}

/// Another transaction came first; the same one passes when it is taken again.
pub(super) fn passes(error: &StoreError) -> bool {
    if matches!(error, StoreError::Raced) {
        return true;
    }
    // PostgreSQL: serialization failure, deadlock, and a key or conversation that another node wrote meanwhile.
    // SQLite takes its lock at the beginning and has waited for it long enough.
    code(error).is_some_and(|code| matches!(code.as_str(), "40001" | "40P01" | "23505"))
}

/// Something that was to be written is not acceptable: a constraint, a value. Says nothing about the database.
pub(super) fn of_data(error: &StoreError) -> bool {
    match error {
        StoreError::Corrupt(_) => true,
        // SQLite: too big (18), constraint (19 and its extended codes), mismatch (20). PostgreSQL: classes 22 and 23.
        _ => code(error).is_some_and(|code| match code.parse::<u32>() {
            Ok(number) if code.len() < 5 => matches!(number & 0xff, 18..=20),
            _ => code.starts_with("22") || code.starts_with("23"),
        }),
    }
}

/// The connection may be broken: a new one is needed.
pub(super) fn of_connection(error: &StoreError) -> bool {
    match error {
        StoreError::Database(sqlx::Error::Database(_)) => !of_data(error) && !passes(error),
        StoreError::Raced | StoreError::Corrupt(_) => false,
        _ => true,
    }
}

/// Nothing can have been committed, since the connection was found broken before the commit was sent.
pub(super) fn before_commit(error: &StoreError) -> bool {
    matches!(error, StoreError::Lost(_))
}

/// The same error for another who waits.
pub(super) fn copy(error: &StoreError) -> StoreError {
    StoreError::NotCommitted(error.to_string())
}
