//! The statements that write questions, for both databases: they differ in how rows come out of a JSON parameter and in
//! the type of an id.

/// A row is `[conversation, turn, place, at, contact, channel, locale, flow, topic, wording, nearest, aside, state]`.
macro_rules! put {
    ($rows:literal, $id:literal) => {
        concat!(
            "INSERT INTO questions (conversation, turn, place, at, contact, channel, locale, flow, topic, wording, nearest,
                aside, state, handed)
             SELECT (v.value ->> 0)", $id, ", CAST(v.value ->> 1 AS BIGINT), CAST(v.value ->> 2 AS BIGINT),
                CAST(v.value ->> 3 AS BIGINT), (v.value ->> 4)", $id, ", v.value ->> 5, v.value ->> 6, v.value ->> 7,
                v.value ->> 8, v.value ->> 9, v.value ->> 10, CAST(v.value ->> 11 AS BIGINT), v.value ->> 12, 0
             FROM ", $rows, " WHERE true ON CONFLICT (conversation, turn, place) DO NOTHING"
        )
    };
}

/// The question that something is about: the last one put at or before the given place of the given turn. What is said
/// to an answer may be about one that was asked amid a form; all else is not.
macro_rules! about {
    ($id:literal, $article:literal) => {
        concat!(
            "(SELECT q.num FROM questions AS q WHERE q.conversation = (v.value ->> 0)", $id, "
                AND (q.turn < CAST(v.value ->> 1 AS BIGINT)
                     OR (q.turn = CAST(v.value ->> 1 AS BIGINT) AND q.place <= CAST(v.value ->> 2 AS BIGINT)))
                AND (q.aside = 0 OR q.article = v.value ->> ", $article, "
                     OR (q.turn = CAST(v.value ->> 1 AS BIGINT) AND q.place = CAST(v.value ->> 2 AS BIGINT)
                         AND v.value ->> ", $article, " IS NOT NULL))
              ORDER BY q.turn DESC, q.place DESC LIMIT 1)"
        )
    };
}

/// A row is `[conversation, turn, place, article, at, solved, reason]`.
macro_rules! offer {
    ($rows:literal, $id:literal) => {
        concat!(
            "INSERT INTO offers (question, article, at, solved, reason)
             SELECT t.question, t.article, t.at, t.solved, t.reason
             FROM (SELECT ", about!($id, "3"), " AS question, v.value ->> 3 AS article,
                       CAST(v.value ->> 4 AS BIGINT) AS at, CAST(v.value ->> 5 AS BIGINT) AS solved,
                       v.value ->> 6 AS reason FROM ", $rows, ") AS t
             WHERE t.question IS NOT NULL
             ON CONFLICT (question, article) DO UPDATE SET solved = coalesce(excluded.solved, offers.solved),
                 reason = coalesce(excluded.reason, offers.reason)"
        )
    };
}

/// A row is `[conversation, turn, place, article, state, ticket, handed, left]`; `left` 0 is back again.
macro_rules! touch {
    ($rows:literal, $id:literal) => {
        concat!(
            "UPDATE questions SET article = coalesce(t.article, questions.article),
                state = coalesce(t.state, questions.state), ticket = coalesce(t.ticket, questions.ticket),
                handed = CASE WHEN t.handed > 0 THEN 1 ELSE questions.handed END,
                left_at = CASE WHEN t.gone IS NULL THEN questions.left_at WHEN t.gone = 0 THEN NULL ELSE t.gone END
             FROM (SELECT ", about!($id, "3"), " AS num, v.value ->> 3 AS article, v.value ->> 4 AS state,
                       v.value ->> 5 AS ticket, CAST(v.value ->> 6 AS BIGINT) AS handed,
                       CAST(v.value ->> 7 AS BIGINT) AS gone FROM ", $rows, ") AS t
             WHERE questions.num = t.num"
        )
    };
}

pub(in crate::store) use {about, offer, put, touch};
