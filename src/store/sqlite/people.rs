//! Links, codes to link by, and codes that did not work.

use jiff::Timestamp;
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::load::list;
use super::{Connection, Reads};
use crate::conversation::{ContactId, Linked, Notice};
use crate::store::people::{self, Address, RawLink, RawStanding, RawUntold, Standing, Tried};
use crate::store::writes::{CodeWrite, LinkWrite, LinkWrites, TryWrite, UnlinkWrite};
use crate::store::{StoreError, raw};

const TRIED: &str = "
SELECT t.key AS n,
       (SELECT count(*) FROM link_tries WHERE contact = t.value ->> 2 AND at > ?2) AS mine,
       (SELECT count(*) FROM link_tries WHERE at > ?3) AS everyone,
       shown.contact, shown.conversation, shown.channel,
       (SELECT count(*) FROM links WHERE links.person = me.person) AS addresses,
       (SELECT count(*) FROM links WHERE links.person = other.person) AS others,
       coalesce(me.person = other.person, 0) AS same
FROM json_each(?1) AS t
LEFT JOIN link_codes AS shown ON shown.code = t.value ->> 0 AND shown.expires > ?4
LEFT JOIN links AS me ON me.contact = t.value ->> 1
LEFT JOIN links AS other ON other.contact = shown.contact";

impl Reads {
    pub(in crate::store) async fn linked_with(&self, contact: ContactId) -> Result<Vec<Linked>, StoreError> {
        let rows: Vec<RawLink> = sqlx::query_as(
            "SELECT person, contact, channel, address, since, NULL AS conversation, NULL AS life, NULL AS flow,
                    NULL AS heard_at
             FROM links WHERE person = (SELECT person FROM links WHERE contact = ?) ORDER BY since, contact",
        )
        .bind(contact.to_string())
        .fetch_all(&self.pool)
        .await?;
        raw::all(rows)
    }
}

impl Connection {
    pub(in crate::store) async fn links(&mut self, persons: &[Uuid]) -> Result<Vec<Address>, StoreError> {
        let rows: Vec<RawLink> = sqlx::query_as(
            "SELECT links.person, links.contact, links.channel, links.address, links.since,
                    c.id AS conversation, c.life, c.body ->> '$.frames[0].flow' AS flow, c.body ->> '$.heard_at' AS heard_at
             FROM links LEFT JOIN conversations AS c
                 ON c.channel = links.channel AND c.address = links.address AND c.current = 1
                AND c.life <> 'closed' AND c.owner = 'bot' AND json_type(c.body, '$.trail') IS NOT NULL
             WHERE links.person IN (SELECT value FROM json_each(?)) ORDER BY links.since, links.contact",
        )
        .bind(list(persons))
        .fetch_all(self.sql()?)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn bodies(&mut self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT id, body FROM conversations WHERE id IN (SELECT value FROM json_each(?))")
                .bind(list(ids))
                .fetch_all(self.sql()?)
                .await?;
        rows.into_iter().map(|(id, body)| Ok((raw::uuid(&id)?, body))).collect()
    }

    pub(in crate::store) async fn untold(
        &mut self,
        contacts: &[Uuid],
    ) -> Result<Vec<(ContactId, Notice)>, StoreError> {
        let rows: Vec<RawUntold> = sqlx::query_as(
            "SELECT contact, id, news FROM notices
             WHERE contact IN (SELECT value FROM json_each(?)) AND told IS NULL ORDER BY created, id",
        )
        .bind(list(contacts))
        .fetch_all(self.sql()?)
        .await?;
        raw::all(rows)
    }

    pub(in crate::store) async fn tried(
        &mut self,
        tried: &[Tried],
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        let rows = tried.iter().map(|one| json!([one.hash, one.contact, one.counted]));
        let (hour, minute) = people::counts_since(now);
        let rows: Vec<RawStanding> = sqlx::query_as(TRIED)
            .bind(serde_json::Value::from_iter(rows).to_string())
            .bind(hour)
            .bind(minute)
            .bind(now.as_microsecond())
            .fetch_all(self.sql()?)
            .await?;
        people::standings(rows, tried.len())
    }
}

pub(super) async fn write(connection: &mut SqliteConnection, writes: LinkWrites) -> Result<(), StoreError> {
    let LinkWrites { codes, tries, linked, unlinked } = writes;
    for row in codes {
        code(connection, row).await?;
    }
    for TryWrite { contact, at, before } in tries {
        let add = sqlx::query("INSERT INTO link_tries (contact, at) VALUES (?, ?)").bind(contact).bind(at);
        add.execute(&mut *connection).await?;
        let over = sqlx::query("DELETE FROM link_tries WHERE at < ?").bind(before);
        over.execute(&mut *connection).await?;
    }
    for row in linked {
        link(connection, row).await?;
    }
    for row in unlinked {
        unlink(connection, row).await?;
    }
    Ok(())
}

async fn code(connection: &mut SqliteConnection, row: CodeWrite) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO link_codes (contact, code, conversation, channel, address, expires) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (contact) DO UPDATE SET code = excluded.code, conversation = excluded.conversation,
             channel = excluded.channel, address = excluded.address, expires = excluded.expires",
    )
    .bind(row.contact)
    .bind(row.code)
    .bind(row.conversation)
    .bind(row.channel)
    .bind(row.address)
    .bind(row.expires)
    .execute(connection)
    .await?;
    Ok(())
}

async fn link(connection: &mut SqliteConnection, row: LinkWrite) -> Result<(), StoreError> {
    if let Some(contact) = &row.contact {
        let persons: Vec<(String,)> =
            sqlx::query_as("SELECT person FROM links WHERE contact IN (?, ?) ORDER BY since, contact")
                .bind(&row.other)
                .bind(contact)
                .fetch_all(&mut *connection)
                .await?;
        let person = persons.first().map_or(&row.person, |(person,)| person);
        for (other,) in persons.iter().skip(1) {
            let merge = sqlx::query("UPDATE links SET person = ? WHERE person = ?").bind(person).bind(other);
            merge.execute(&mut *connection).await?;
        }
        sqlx::query(
            "INSERT INTO links (contact, person, channel, address, since)
             SELECT contact, ?1, channel, address, ?2 FROM link_codes WHERE contact = ?3
             UNION ALL SELECT ?4, ?1, ?5, ?6, ?2 WHERE true ON CONFLICT (contact) DO NOTHING",
        )
        .bind(person)
        .bind(row.now)
        .bind(&row.other)
        .bind(contact)
        .bind(row.channel)
        .bind(&row.address)
        .execute(&mut *connection)
        .await?;
    }
    let used = sqlx::query("DELETE FROM link_codes WHERE contact = ?").bind(&row.other);
    used.execute(&mut *connection).await?;
    sqlx::query(
        "INSERT INTO notices (id, contact, conversation, news, created) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(row.notice)
    .bind(row.other)
    .bind(row.shown)
    .bind(row.news)
    .bind(row.now)
    .execute(connection)
    .await?;
    Ok(())
}

async fn unlink(connection: &mut SqliteConnection, row: UnlinkWrite) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO notices (id, contact, conversation, news, created)
         SELECT ?1 || other.contact, other.contact, c.id, ?2, ?3
         FROM links AS me JOIN links AS other ON other.person = me.person AND other.contact <> me.contact
         JOIN conversations AS c ON c.channel = other.channel AND c.address = other.address AND c.current = 1
         WHERE me.contact = ?4 ON CONFLICT (id) DO NOTHING",
    )
    .bind(&row.notice)
    .bind(&row.news)
    .bind(row.now)
    .bind(&row.contact)
    .execute(&mut *connection)
    .await?;
    // One that would be left by itself is not linked either.
    sqlx::query(
        "DELETE FROM links WHERE contact = ?1 OR (
             person = (SELECT person FROM links WHERE contact = ?1)
             AND 2 = (SELECT count(*) FROM links WHERE person = (SELECT person FROM links WHERE contact = ?1)))",
    )
    .bind(&row.contact)
    .execute(&mut *connection)
    .await?;
    let codes = sqlx::query("DELETE FROM link_codes WHERE contact = ?").bind(&row.contact);
    codes.execute(connection).await?;
    Ok(())
}
