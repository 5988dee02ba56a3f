//! Reading questions: those without an answer, and how many were answered.

use jiff::Timestamp;

use super::super::{Reads, Store, StoreError, raw};
use crate::conversation::{ConversationId, Nearest};

/// A question that got no answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    /// Its place among all questions.
    pub num: i64,
    pub conversation: ConversationId,
    pub at: Timestamp,
    pub channel: String,
    pub locale: String,
    pub flow: String,
    /// The first tag of the context that it was put in, or empty.
    pub topic: String,
    /// With personal data masked.
    pub wording: String,
    pub nearest: Vec<Nearest>,
    /// Every answer was refused; else there was none to offer.
    pub refused: bool,
    pub ticket: Option<String>,
    /// A person was asked for or took over.
    pub handed: bool,
}

/// Which questions.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnansweredFilter<'a> {
    pub since: Option<Timestamp>,
    pub locale: Option<&'a str>,
    /// 0: two hundred thousand, the newest.
    pub limit: u32,
}

const MOST: i64 = 200_000;

const UNANSWERED: &str = "
SELECT num, CAST(conversation AS TEXT) AS conversation, at, channel, locale, flow, topic, wording, nearest, state, ticket, handed
FROM questions
WHERE aside = 0 AND answered_by IS NULL AND state IN ('none', 'refused') AND at >= $1 AND wording <> ''
    AND ($2 = '' OR locale = $2)
ORDER BY at DESC, num DESC LIMIT $3";

#[derive(sqlx::FromRow)]
struct RawUnanswered {
    num: i64,
    conversation: String,
    at: i64,
    channel: String,
    locale: String,
    flow: String,
    topic: String,
    wording: String,
    nearest: String,
    state: String,
    ticket: Option<String>,
    handed: i64,
}

impl TryFrom<RawUnanswered> for Unanswered {
    type Error = StoreError;

    fn try_from(raw: RawUnanswered) -> Result<Self, StoreError> {
        Ok(Self {
            num: raw.num,
            conversation: raw::uuid(&raw.conversation)?,
            at: raw::time(raw.at)?,
            channel: raw.channel,
            locale: raw.locale,
            flow: raw.flow,
            topic: raw.topic,
            wording: raw.wording,
            nearest: raw::json("the entries beside a question", &raw.nearest)?,
            refused: raw.state == "refused",
            ticket: raw.ticket,
            handed: raw.handed != 0,
        })
    }
}

/// Conversations in which a question was put, by where and in which hour (since 1970, UTC) the last one was.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    pub flow: String,
    pub channel: String,
    pub locale: String,
    pub topic: String,
    pub hour: i64,
    pub asked: i64,
    pub offered: i64,
    pub confirmed: i64,
    pub assumed: i64,
    pub failed: i64,
    pub open: i64,
    /// Confirmed or assumed, and long enough ago to tell whether they came back.
    pub due: i64,
    pub durable: i64,
}

/// Conversations to which an article was given.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ArticleCounts {
    pub article: String,
    pub offered: i64,
    /// Of these, amid a form.
    pub asides: i64,
    pub confirmed: i64,
    pub refused: i64,
    pub assumed: i64,
    pub due: i64,
    pub durable: i64,
}

/// Why an article did not help.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ReasonCount {
    pub article: String,
    pub reason: String,
    pub count: i64,
}

/// A conversation's verdict, of its last question. `$1` to `$2`: when that was put; `$3`: before that it is known whether
/// the contact came back within `$4`. A return is another conversation of the same contact in which a question on the
/// same topic was put or the same article given, or a ticket of that category opened.
macro_rules! told {
    () => {
        "WITH asked AS (
            SELECT conversation, max(num) AS last, max(CASE WHEN state = 'none' THEN 0 ELSE 1 END) AS offered,
                   max(CASE WHEN ticket IS NULL THEN handed ELSE 1 END) AS unsolved
            FROM questions WHERE aside = 0 AND at >= $1 AND at < $2 GROUP BY conversation),
         judged AS (
            SELECT q.num, q.conversation, q.contact, q.flow, q.channel, q.locale, q.topic, q.at, q.article, a.offered,
                   CASE WHEN a.unsolved > 0 THEN 'failed' WHEN q.state = 'confirmed' THEN 'confirmed'
                        WHEN q.left_at IS NULL THEN 'open' WHEN q.state = 'offered' THEN 'assumed'
                        ELSE 'failed' END AS verdict
            FROM asked AS a JOIN questions AS q ON q.num = a.last),
         told AS MATERIALIZED (
            SELECT j.*, CASE WHEN j.verdict NOT IN ('confirmed', 'assumed') OR j.at > $3 THEN NULL
                WHEN EXISTS (SELECT 1 FROM questions AS r WHERE r.contact = j.contact AND r.at > j.at AND r.at <= j.at + $4
                        AND r.conversation <> j.conversation AND r.aside = 0
                        AND ((r.topic = j.topic AND r.topic <> '') OR r.article = j.article)) THEN 0
                WHEN EXISTS (SELECT 1 FROM tickets AS t WHERE t.contact = j.contact AND t.created > j.at
                        AND t.created <= j.at + $4 AND t.conversation <> j.conversation
                        AND lower(t.category) = j.topic) THEN 0
                ELSE 1 END AS durable
            FROM judged AS j)"
    };
}

const COUNTS: &str = concat!(
    told!(),
    " SELECT flow, channel, locale, topic, at / 3600000000 AS hour, count(*) AS asked,
        count(*) FILTER (WHERE offered > 0) AS offered,
        count(*) FILTER (WHERE verdict = 'confirmed') AS confirmed,
        count(*) FILTER (WHERE verdict = 'assumed') AS assumed,
        count(*) FILTER (WHERE verdict = 'failed') AS failed, count(*) FILTER (WHERE verdict = 'open') AS open,
        count(durable) AS due, count(*) FILTER (WHERE durable = 1) AS durable
      FROM told GROUP BY flow, channel, locale, topic, hour ORDER BY hour, flow, channel, locale, topic"
);

const ARTICLES: &str = concat!(
    told!(),
    " SELECT o.article, count(*) AS offered,
        count(*) FILTER (WHERE q.aside > 0) AS asides, count(*) FILTER (WHERE o.solved = 1) AS confirmed,
        count(*) FILTER (WHERE o.solved = 0) AS refused,
        count(*) FILTER (WHERE o.solved IS NULL AND t.num = q.num AND t.article = o.article AND t.verdict = 'assumed')
            AS assumed,
        count(t.durable) FILTER (WHERE t.num = q.num AND t.article = o.article) AS due,
        count(*) FILTER (WHERE t.num = q.num AND t.article = o.article AND t.durable = 1) AS durable
      FROM questions AS q JOIN offers AS o ON o.question = q.num LEFT JOIN told AS t ON t.num = q.num
      WHERE q.at >= $1 AND q.at < $2
      GROUP BY o.article ORDER BY o.article"
);

const REASONS: &str = "
SELECT o.article, o.reason, count(*) AS count FROM questions AS q JOIN offers AS o ON o.question = q.num
WHERE q.at >= $1 AND q.at < $2 AND o.reason IS NOT NULL GROUP BY o.article, o.reason ORDER BY o.article, count DESC, o.reason";

const SUGGESTED: &str = "SELECT article, max(at) AS at FROM offers GROUP BY article ORDER BY article";

/// Between which times, and how long somebody who comes back counts as not helped.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: i64,
    to: i64,
    told: i64,
    return_within: i64,
}

impl Window {
    fn new(from: Timestamp, to: Timestamp, now: Timestamp) -> Self {
        let return_within = crate::desk::deflection::RETURN_WITHIN.as_micros();
        let return_within = i64::try_from(return_within).unwrap_or(i64::MAX);
        let (from, to) = (from.as_microsecond(), to.as_microsecond());
        Self { from, to, told: now.as_microsecond() - return_within, return_within }
    }
}

macro_rules! windowed {
    ($store:ident, $window:expr, $sql:expr, $row:ty) => {{
        let window = $window;
        reads!($store, reads => sqlx::query_as::<_, $row>($sql)
            .bind(window.from)
            .bind(window.to)
            .bind(window.told)
            .bind(window.return_within)
            .fetch_all(&reads.pool)
            .await)?
    }};
}

impl Store {
    /// Questions that got no answer or whose answers were all refused, the newest first; those that a change to the FAQ
    /// has answered since and those whose wording was forgotten are left out.
    ///
    /// # Errors
    /// The database's.
    pub async fn unanswered(&self, filter: &UnansweredFilter<'_>) -> Result<Vec<Unanswered>, StoreError> {
        let since = filter.since.map_or(0, Timestamp::as_microsecond);
        let limit = if filter.limit == 0 { MOST } else { i64::from(filter.limit) };
        let rows = reads!(self, reads => sqlx::query_as::<_, RawUnanswered>(UNANSWERED)
            .bind(since)
            .bind(filter.locale.unwrap_or_default())
            .bind(limit)
            .fetch_all(&reads.pool)
            .await)?;
        rows.into_iter().map(Unanswered::try_from).collect()
    }

    /// What came of the conversations whose last question was put from `from` to before `to`.
    ///
    /// # Errors
    /// The database's.
    pub async fn deflection(
        &self,
        from: Timestamp,
        to: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Counts>, StoreError> {
        Ok(windowed!(self, Window::new(from, to, now), COUNTS, Counts))
    }

    /// What came of the articles that were given from `from` to before `to`.
    ///
    /// # Errors
    /// The database's.
    pub async fn deflection_by_article(
        &self,
        from: Timestamp,
        to: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ArticleCounts>, StoreError> {
        Ok(windowed!(self, Window::new(from, to, now), ARTICLES, ArticleCounts))
    }

    /// Why articles were refused, where that was said.
    ///
    /// # Errors
    /// The database's.
    pub async fn refusals(&self, from: Timestamp, to: Timestamp) -> Result<Vec<ReasonCount>, StoreError> {
        Ok(reads!(self, reads => sqlx::query_as::<_, ReasonCount>(REASONS)
            .bind(from.as_microsecond())
            .bind(to.as_microsecond())
            .fetch_all(&reads.pool)
            .await)?)
    }

    /// When each article was given last.
    ///
    /// # Errors
    /// The database's.
    pub async fn suggested(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let rows: Vec<(String, i64)> =
            reads!(self, reads => sqlx::query_as(SUGGESTED).fetch_all(&reads.pool).await)?;
        rows.into_iter().map(|(article, at)| Ok((article, raw::time(at)?))).collect()
    }
}
