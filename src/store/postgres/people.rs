//! Links, codes to link by, and codes that did not work.

use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::load::list;
use super::{Connection, Reads, before_commit};
use crate::conversation::{ContactId, Linked, Notice};
use crate::store::people::{self, Address, RawLink, RawStanding, RawUntold, Standing, Tried};
use crate::store::writes::{CodeWrite, LinkWrite, LinkWrites, TryWrite, UnlinkWrite};
use crate::store::{StoreError, raw};

/// Held while one links or parts, so that what a code is judged by stays as it is until the commit.
const LOCK: &str = "SELECT pg_advisory_xact_lock(8387228741996767596)";

const TRIED: &str = "
SELECT t.n,
       (SELECT count(*) FROM link_tries WHERE contact = t.counted AND at > $4) AS mine,
       (SELECT count(*) FROM link_tries WHERE at > $5) AS everyone,
       shown.contact::text, shown.conversation::text, shown.channel,
       (SELECT count(*) FROM links WHERE links.person = me.person) AS addresses,
       (SELECT count(*) FROM links WHERE links.person = other.person) AS others,
       coalesce(me.person = other.person, false) AS same
FROM (SELECT code, contact, counted, nth - 1 AS n
      FROM unnest($1::text[], $2::text[]::uuid[], $3::text[]::uuid[])
          WITH ORDINALITY AS t (code, contact, counted, nth)) AS t
LEFT JOIN link_codes AS shown ON shown.code = t.code AND shown.expires > $6
LEFT JOIN links AS me ON me.contact = t.contact
LEFT JOIN links AS other ON other.contact = shown.contact";

impl Reads {
    pub(in crate::store) async fn linked_with(&self, contact: ContactId) -> Result<Vec<Linked>, StoreError> {
        let rows: Vec<RawLink> = sqlx::query_as(
            "SELECT person::text, contact::text, channel, address, since, NULL::text AS conversation,
                    NULL::text AS life, NULL::text AS flow, NULL::text AS heard_at
             FROM links WHERE person = (SELECT person FROM links WHERE contact = $1::uuid) ORDER BY since, contact",
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
            "SELECT links.person::text, links.contact::text, links.channel, links.address, links.since,
                    c.id::text AS conversation, c.life, c.body::json #>> '{frames,0,flow}' AS flow,
                    c.body::json ->> 'heard_at' AS heard_at
             FROM links LEFT JOIN conversations AS c
                 ON c.channel = links.channel AND c.address = links.address AND c.current
                AND c.life <> 'closed' AND c.owner = 'bot' AND c.body::json -> 'trail' IS NOT NULL
             WHERE links.person = ANY ($1::text[]::uuid[]) ORDER BY links.since, links.contact",
        )
        .bind(list(persons))
        .fetch_all(self.sql().await?)
        .await
        .map_err(before_commit)?;
        raw::all(rows)
    }

    pub(in crate::store) async fn bodies(&mut self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT id::text, body FROM conversations WHERE id = ANY ($1::text[]::uuid[]) ORDER BY num FOR UPDATE",
        )
        .bind(list(ids))
        .fetch_all(self.sql().await?)
        .await
        .map_err(before_commit)?;
        rows.into_iter().map(|(id, body)| Ok((raw::uuid(&id)?, body))).collect()
    }

    pub(in crate::store) async fn untold(
        &mut self,
        contacts: &[Uuid],
    ) -> Result<Vec<(ContactId, Notice)>, StoreError> {
        let rows: Vec<RawUntold> = sqlx::query_as(
            "SELECT contact::text, id, news FROM notices
             WHERE contact = ANY ($1::text[]::uuid[]) AND told IS NULL ORDER BY created, id",
        )
        .bind(list(contacts))
        .fetch_all(self.sql().await?)
        .await
        .map_err(before_commit)?;
        raw::all(rows)
    }

    pub(in crate::store) async fn tried(
        &mut self,
        tried: &[Tried],
        now: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        let of = |one: fn(&Tried) -> String| tried.iter().map(one).collect::<Vec<_>>();
        let (hour, minute) = people::counts_since(now);
        let connection = self.sql().await?;
        sqlx::query(LOCK).execute(&mut *connection).await.map_err(before_commit)?;
        let rows: Vec<RawStanding> = sqlx::query_as(TRIED)
            .bind(of(|one| one.hash.clone()))
            .bind(of(|one| one.contact.to_string()))
            .bind(of(|one| one.counted.to_string()))
            .bind(hour)
            .bind(minute)
            .bind(now.as_microsecond())
            .fetch_all(connection)
            .await
            .map_err(before_commit)?;
        people::standings(rows, tried.len())
    }
}

pub(super) async fn write(connection: &mut PgConnection, writes: LinkWrites) -> Result<(), sqlx::Error> {
    sqlx::query(LOCK).execute(&mut *connection).await?;
    let LinkWrites { codes, tries, linked, unlinked } = writes;
    for row in codes {
        code(connection, row).await?;
    }
    for TryWrite { contact, at, before } in tries {
        let add =
            sqlx::query("INSERT INTO link_tries (contact, at) VALUES ($1::uuid, $2)").bind(contact).bind(at);
        add.execute(&mut *connection).await?;
        let over = sqlx::query("DELETE FROM link_tries WHERE at < $1").bind(before);
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

async fn code(connection: &mut PgConnection, row: CodeWrite) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO link_codes (contact, code, conversation, channel, address, expires) VALUES ($1::uuid, $2, $3::uuid, $4, $5, $6)
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

async fn link(connection: &mut PgConnection, row: LinkWrite) -> Result<(), sqlx::Error> {
    if let Some(contact) = &row.contact {
        let persons: Vec<(String,)> = sqlx::query_as(
            "SELECT person::text FROM links WHERE contact IN ($1::uuid, $2::uuid) ORDER BY since, contact",
        )
        .bind(&row.other)
        .bind(contact)
        .fetch_all(&mut *connection)
        .await?;
        let person = persons.first().map_or(&row.person, |(person,)| person);
        for (other,) in persons.iter().skip(1) {
            let merge = sqlx::query("UPDATE links SET person = $1::uuid WHERE person = $2::uuid")
                .bind(person)
                .bind(other);
            merge.execute(&mut *connection).await?;
        }
        sqlx::query(
            "INSERT INTO links (contact, person, channel, address, since)
             SELECT contact, $1::uuid, channel, address, $2::bigint FROM link_codes WHERE contact = $3::uuid
             UNION ALL SELECT $4::uuid, $1::uuid, $5, $6, $2 ON CONFLICT (contact) DO NOTHING",
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
    let used = sqlx::query("DELETE FROM link_codes WHERE contact = $1::uuid").bind(&row.other);
    used.execute(&mut *connection).await?;
    sqlx::query(
        "INSERT INTO notices (id, contact, conversation, news, created) VALUES ($1, $2::uuid, $3::uuid, $4, $5)
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

async fn unlink(connection: &mut PgConnection, row: UnlinkWrite) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO notices (id, contact, conversation, news, created)
         SELECT $1 || other.contact::text, other.contact, c.id, $2, $3
         FROM links AS me JOIN links AS other ON other.person = me.person AND other.contact <> me.contact
         JOIN conversations AS c ON c.channel = other.channel AND c.address = other.address AND c.current
         WHERE me.contact = $4::uuid ON CONFLICT (id) DO NOTHING",
    )
    .bind(&row.notice)
    .bind(&row.news)
    .bind(row.now)
    .bind(&row.contact)
    .execute(&mut *connection)
    .await?;
    // One that would be left by itself is not linked either.
    sqlx::query(
        "DELETE FROM links WHERE contact = $1::uuid OR (
             person = (SELECT person FROM links WHERE contact = $1::uuid)
             AND 2 = (SELECT count(*) FROM links WHERE person = (SELECT person FROM links WHERE contact = $1::uuid)))",
    )
    .bind(&row.contact)
    .execute(&mut *connection)
    .await?;
    let codes = sqlx::query("DELETE FROM link_codes WHERE contact = $1::uuid").bind(&row.contact);
    codes.execute(connection).await?;
    Ok(())
}
