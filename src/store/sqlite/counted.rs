//! Counting, on SQLite.

use super::Reads;
use crate::store::StoreError;
use crate::store::counted::{Row, Since};

impl Reads {
    pub(in crate::store) async fn flow_counts(
        &self,
        flow: &str,
        since: &Since,
    ) -> Result<Vec<Row>, StoreError> {
        let (from, revision) = since.bound();
        Ok(sqlx::query_as(
            "WITH walked AS MATERIALIZED (
                SELECT j.conversation AS num, e.value AS fact
                FROM journal AS j JOIN conversations AS c ON c.num = j.conversation, json_each(j.events) AS e
                WHERE j.at >= ?2 AND (?3 = '' OR json_extract(c.body, '$.revision') = ?3)
                  AND json_extract(e.value, '$.fact') = 'walked' AND json_extract(e.value, '$.flow') = ?1)
             SELECT 'began', '', '', count(DISTINCT num) FROM walked
             UNION ALL
             SELECT 'step', s.value, '', count(DISTINCT num) FROM walked, json_each(fact, '$.steps') AS s GROUP BY s.value
             UNION ALL
             SELECT 'way', json_extract(x.value, '$[0]'), json_extract(x.value, '$[1]'), count(DISTINCT num)
             FROM walked, json_each(fact, '$.exits') AS x GROUP BY 2, 3
             UNION ALL
             SELECT 'left', json_extract(c.body, '$.frames[#-1].step'), '', count(*) FROM conversations AS c
             WHERE c.life <> 'active' AND c.updated >= ?2 AND (?3 = '' OR json_extract(c.body, '$.revision') = ?3)
               AND json_extract(c.body, '$.frames[#-1].flow') = ?1 GROUP BY 2",
        )
        .bind(flow)
        .bind(from)
        .bind(revision)
        .fetch_all(&self.pool)
        .await?)
    }

    pub(in crate::store) async fn under_way(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT json_extract(body, '$.frames[#-1].flow') AS flow, count(*) FROM conversations
             WHERE life <> 'closed' AND json_extract(body, '$.frames[#-1].flow') IS NOT NULL GROUP BY flow",
        )
        .fetch_all(&self.pool)
        .await?)
    }
}
