//! Counting, on PostgreSQL.

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
                SELECT j.conversation AS num, e AS fact
                FROM journal AS j JOIN conversations AS c ON c.num = j.conversation,
                     jsonb_array_elements(j.events::jsonb) AS e
                WHERE j.at >= $2 AND ($3 = '' OR c.body::jsonb ->> 'revision' = $3)
                  AND e ->> 'fact' = 'walked' AND e ->> 'flow' = $1),
             gone AS (
                SELECT c.body::jsonb -> 'frames' -> -1 AS frame FROM conversations AS c
                WHERE c.life <> 'active' AND c.updated >= $2 AND ($3 = '' OR c.body::jsonb ->> 'revision' = $3))
             SELECT 'began', '', '', count(DISTINCT num) FROM walked
             UNION ALL
             SELECT 'step', s, '', count(DISTINCT num) FROM walked, jsonb_array_elements_text(fact -> 'steps') AS s GROUP BY s
             UNION ALL
             SELECT 'way', x ->> 0, x ->> 1, count(DISTINCT num)
             FROM walked, jsonb_array_elements(fact -> 'exits') AS x GROUP BY 2, 3
             UNION ALL
             SELECT 'left', frame ->> 'step', '', count(*) FROM gone WHERE frame ->> 'flow' = $1 GROUP BY 2",
        )
        .bind(flow)
        .bind(from)
        .bind(revision)
        .fetch_all(&self.pool)
        .await?)
    }

    pub(in crate::store) async fn under_way(&self) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT body::jsonb -> 'frames' -> -1 ->> 'flow' AS flow, count(*) FROM conversations
             WHERE life <> 'closed' AND body::jsonb -> 'frames' -> -1 ->> 'flow' IS NOT NULL GROUP BY flow",
        )
        .fetch_all(&self.pool)
        .await?)
    }
}
