//! Who is at the desk: log-in, log-out, the cookie, and the token that every change must carry.

pub mod cookie;
pub mod gate;
pub mod password;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{Problem, ProblemBody};
use super::json::JsonBody;
use super::origin::{self, Origin};
use super::{Web, token};
use crate::store::{AgentRow, LoginRow};

/// A log-in that is not used for so long ends.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// No log-in lasts longer.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// How often use is written down.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);
const CSRF_HEADER: &str = "x-csrf-token";

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/api/login", post(login))
        .route("/api/logout", post(logout))
        .route("/api/me", get(me))
}

/// A name and a password.
#[derive(Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Credentials {
    pub name: String,
    pub password: String,
}

/// Who is logged in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub name: String,
    /// agent, lead or admin.
    pub role: String,
    /// online, busy, away or offline.
    pub presence: String,
    /// To be sent as `X-CSRF-Token` with every change.
    pub csrf: String,
    /// When this log-in ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    pub expires: Timestamp,
}

#[utoipa::path(
    post, path = "/api/login", tag = "desk", request_body = Credentials,
    responses((status = 200, body = Me), (status = 401, body = ProblemBody), (status = 429, body = ProblemBody))
)]
pub async fn login(
    State(web): State<Web>,
    from: gate::From,
    headers: HeaderMap,
    JsonBody(given): JsonBody<Credentials>,
) -> Result<Response, Problem> {
    must_be_own_page(&headers, &web)?;
    let pass = web.gate.knock(&given.name, &from)?;
    let agent = web.app.store.agent(&given.name).await?.filter(|agent| !agent.disabled);
    let stored = agent.as_ref().map(|agent| agent.password.clone());
    let right = web.gate.verify(given.password, stored).await?;
    let (Some(agent), true) = (agent, right) else {
        metrics::counter!("vestibule_logins_refused_total").increment(1);
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong_login",
            "The name or the password is not right.",
        ));
    };
    pass.succeeded();
    // A log-in that the browser still has ends here: one cookie, one log-in.
    if let Some(old) = cookie::read(&headers, &web.app.settings) {
        web.app.store.end_login(&token::hash(&old)).await?;
    }
    let (secret, login) = begin(&agent)?;
    web.app.store.add_login(&login).await?;
    tracing::info!(agent = %agent.name, "an agent logged in");
    let set = cookie::set(&secret, LONGEST, &web.app.settings);
    Ok(([(header::SET_COOKIE, set)], Json(Me::of(&agent, &login))).into_response())
}

fn begin(agent: &AgentRow) -> Result<(String, LoginRow), Problem> {
    let random = |error: getrandom::Error| Problem::internal(&error);
    let (secret, csrf) = (token::fresh().map_err(random)?, token::fresh().map_err(random)?);
    let now = Timestamp::now();
    let login = LoginRow {
        token_hash: token::hash(&secret),
        agent: agent.name.clone(),
        csrf,
        created: now,
        seen: now,
        expires: now + LONGEST,
    };
    Ok((secret, login))
}

#[utoipa::path(
    post, path = "/api/logout", tag = "desk", security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn logout(State(web): State<Web>, Acting(agent): Acting) -> Result<Response, Problem> {
    web.app.store.end_login(&agent.login.token_hash).await?;
    web.feed.log_out(&agent.login.token_hash);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear(&web.app.settings))]).into_response())
}

#[utoipa::path(
    get, path = "/api/me", tag = "desk", security(("desk_cookie" = [])),
    responses((status = 200, body = Me), (status = 401, body = ProblemBody))
)]
pub async fn me(agent: Agent) -> Json<Me> {
    Json(Me::of(&agent.row, &agent.login))
}

impl Me {
    fn of(agent: &AgentRow, login: &LoginRow) -> Self {
        Self {
            name: agent.name.clone(),
            role: agent.role.clone(),
            presence: agent.presence.clone(),
            csrf: login.csrf.clone(),
            expires: login.expires,
        }
    }
}

/// An agent with a valid log-in, for what only reads.
#[derive(Debug, Clone)]
pub struct Agent {
    pub row: AgentRow,
    pub login: LoginRow,
}

/// The same, for what changes something: the request carries the log-in's token and comes from our own page.
#[derive(Debug, Clone)]
pub struct Acting(pub Agent);

impl Agent {
    pub fn name(&self) -> &str {
        &self.row.name
    }
}

/// The log-in of a cookie's secret, where it is still good. Using it keeps it from going idle.
///
/// # Errors
/// 401 where there is none, or it was ended, went idle, or its agent was disabled.
pub async fn check(web: &Web, token_hash: &str) -> Result<Agent, Problem> {
    let refused = || Problem::unauthorized("Please log in.");
    let login = web.app.store.login(token_hash).await?.ok_or_else(refused)?;
    let now = Timestamp::now();
    let row = web.app.store.agent(&login.agent).await?.filter(|agent| !agent.disabled);
    let (Some(row), false) = (row, now >= login.expires || now.duration_since(login.seen) > IDLE) else {
        web.app.store.end_login(token_hash).await?;
        return Err(refused());
    };
    if now.duration_since(login.seen) > TOUCH_EVERY {
        web.app.store.touch_login(token_hash, now).await?;
    }
    Ok(Agent { row, login })
}

impl FromRequestParts<Web> for Agent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let secret = cookie::read(&parts.headers, &web.app.settings);
        let secret = secret.ok_or_else(|| Problem::unauthorized("Please log in."))?;
        check(web, &token::hash(&secret)).await
    }
}

impl FromRequestParts<Web> for Acting {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        debug_assert_ne!(parts.method, Method::GET, "a GET changes nothing");
        let agent = Agent::from_request_parts(parts, web).await?;
        must_be_own_page(&parts.headers, web)?;
        let given = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !token::same(given, &agent.login.csrf) {
            return Err(Problem::forbidden(
                "bad_csrf",
                "The header `X-CSRF-Token` is missing or not right. Reload the page.",
            ));
        }
        Ok(Self(agent))
    }
}

/// Refuses what another site's page sends.
fn must_be_own_page(headers: &HeaderMap, web: &Web) -> Result<(), Problem> {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()).unwrap_or("none");
    let own = matches!(origin::of(headers, &web.app.settings), Origin::Own | Origin::None);
    if own && matches!(site, "same-origin" | "none") {
        return Ok(());
    }
    Err(Problem::forbidden("foreign_origin", "Only the desk's own page may do this."))
}
