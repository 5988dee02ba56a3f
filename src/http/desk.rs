//! The desk's own API: lists, one conversation, one ticket, and what an agent does. All behind a log-in.

pub mod acts;
pub mod answers;
pub mod events;
pub mod feed;
pub mod figures;
pub mod flows;
pub mod inbox;
pub mod insight;
pub mod presence;
pub mod targets;
pub mod transcript;
pub mod view;
pub mod world;

use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::transcript::Entry;
use self::view::{ConversationView, LinkView, OfferedView, Privacy, SlotView, TicketRowView, TicketView};
use super::Web;
use super::auth::Agent;
use super::error::{Problem, ProblemBody};
use crate::conversation::{ConversationId, code};
use crate::store::{ConversationFilter, JournalRow, TicketRow};

const MAX_ROWS: u32 = 500;
const ROWS: u32 = 200;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/api/conversations", get(conversations))
        .route("/api/conversations/{id}", get(conversation))
        .route("/api/conversations/{id}/claim", post(acts::claim))
        .route("/api/conversations/{id}/reply", post(acts::reply))
        .route("/api/conversations/{id}/note", post(acts::note))
        .route("/api/conversations/{id}/hand-back", post(acts::hand_back))
        .route("/api/conversations/{id}/put-through", post(acts::put_through))
        .route("/api/conversations/{id}/close", post(acts::close))
        .route("/api/conversations/{id}/unlink", post(acts::unlink))
        .route("/api/tickets", get(tickets))
        .route("/api/tickets/{code}", get(ticket))
        .route("/api/tickets/{code}/acts", post(targets::act))
        .route("/api/tickets/{code}/reply", post(targets::reply))
        .route("/api/tickets/{code}/targets", get(targets::targets))
        .route("/api/figures", get(figures::figures))
        .route("/api/figures.csv", get(figures::csv))
        .route("/api/figures/contacts", get(insight::contacts))
        .route("/api/figures/funnel", get(insight::funnel))
        .route("/api/figures/tickets", get(insight::behind))
        .route("/api/forecast", get(insight::forecast))
        .route("/api/risks", get(insight::risks))
        .route("/api/patterns", get(insight::alike))
        .route("/api/patterns/problems", post(insight::open_problem))
        .route("/api/incidents", get(world::incidents).post(world::open))
        .route("/api/incidents/{id}/close", post(world::close))
        .route("/api/inbox", get(inbox::parked))
        .route("/api/inbox/{number}/replay", post(inbox::replay))
        .route("/api/files/{id}", get(world::file))
        .route("/api/flows", get(flows::list))
        .route("/api/flows/{name}", get(flows::one))
        .route("/api/flows/{name}/preview", get(flows::preview))
        .route("/api/simulate", post(flows::simulate::turn))
        .route("/api/answers/gaps", get(answers::list))
        .route("/api/answers/resolutions", get(answers::resolutions))
        .route("/api/answers/figures", get(answers::figures::figures))
        .route("/api/answers/figures.csv", get(answers::figures::csv))
        .route("/api/answers/proposals", get(answers::proposals::list).post(answers::proposals::propose))
        .route("/api/answers/proposals/{id}/approve", post(answers::proposals::approve))
        .route("/api/answers/proposals/{id}/refuse", post(answers::proposals::refuse))
        .route("/api/answers/proposals/{id}/renew", post(answers::proposals::renew))
        .route("/api/answers/proposals/{id}/patch", get(answers::proposals::patch))
        .route("/api/simulate/test", post(flows::as_test::test))
        .route("/api/events", get(events::stream))
        .route("/api/presence", post(presence::choose))
}

/// Which conversations to list.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// In a queue.
    #[serde(alias = "queue")]
    Waiting,
    Mine,
    /// All that are not closed.
    #[default]
    All,
    Closed,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    #[param(inline)]
    pub view: View,
    /// At most 500; 200 where not given.
    pub limit: Option<u32>,
}

/// Conversations, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conversations {
    pub conversations: Vec<ConversationView>,
}

type Asked<T> = Result<Query<T>, axum::extract::rejection::QueryRejection>;

#[utoipa::path(
    get, path = "/api/conversations", tag = "desk", params(ListQuery), security(("desk_cookie" = [])),
    responses((status = 200, body = Conversations), (status = 401, body = ProblemBody))
)]
pub async fn conversations(
    State(web): State<Web>,
    agent: Agent,
    asked: Asked<ListQuery>,
) -> Result<Json<Conversations>, Problem> {
    let Query(asked) = asked.map_err(|_| {
        Problem::bad("bad_query", "`view` must be waiting, mine, all or closed; `limit` a number.")
    })?;
    let view = match asked.view {
        View::Waiting => Some("queue"),
        View::Mine => Some("mine"),
        View::All => None,
        View::Closed => Some("closed"),
    };
    let filter = ConversationFilter {
        view: view.map(str::to_owned),
        agent: Some(agent.name().to_owned()),
        limit: rows(asked.limit),
    };
    let rows = web.app.store.conversations(&filter).await?;
    Ok(Json(Conversations { conversations: rows.into_iter().map(ConversationView::from).collect() }))
}

fn rows(asked: Option<u32>) -> u32 {
    asked.unwrap_or(ROWS).clamp(1, MAX_ROWS)
}

/// One conversation with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationDetail {
    pub conversation: ConversationView,
    pub transcript: Vec<Entry>,
    pub slots: Vec<SlotView>,
    /// Answers that the FAQ offered, and what the contact said to them.
    pub offered: Vec<OfferedView>,
    pub tickets: Vec<TicketRowView>,
    /// Other channels of the same person.
    pub also_on: Vec<LinkView>,
    /// By a code that the caller entered: the channel that it was shown on.
    pub proven_by: Option<String>,
}

#[utoipa::path(
    get, path = "/api/conversations/{id}", tag = "desk", params(("id" = String, Path, format = Uuid)),
    security(("desk_cookie" = [])),
    responses(
        (status = 200, body = ConversationDetail), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)
    )
)]
pub async fn conversation(
    State(web): State<Web>,
    _: Agent,
    Path(id): Path<String>,
) -> Result<Json<ConversationDetail>, Problem> {
    let id = conversation_id(&id)?;
    let store = &web.app.store;
    let row = store.conversation_row(id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    let journal = store.journal(id).await?;
    let (offered, proven) = match store.conversation(id).await? {
        Some(conversation) => (conversation.offered, conversation.proven),
        None => (Vec::new(), None),
    };
    let also_on = store.linked_with(row.contact).await?;
    let mut tickets = Vec::with_capacity(row.tickets.len());
    for code in &row.tickets {
        tickets.extend(store.ticket(code).await?.map(TicketRowView::from));
    }
    let privacy = Privacy::of(&web.app.playbooks.held());
    Ok(Json(ConversationDetail {
        conversation: row.into(),
        transcript: transcript::of(&journal, &privacy),
        slots: view::slots(&journal, &privacy),
        offered: offered.into_iter().map(OfferedView::from).collect(),
        tickets,
        also_on: also_on.into_iter().map(LinkView::from).collect(),
        proven_by: proven.map(|proven| proven.channel.word().to_owned()),
    }))
}

/// An id in a path; what is none names nothing.
pub fn conversation_id(id: &str) -> Result<ConversationId, Problem> {
    id.parse().map_err(|_| Problem::not_found("conversation"))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// At most 500; 200 where not given.
    pub limit: Option<u32>,
}

/// Tickets, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tickets {
    pub tickets: Vec<TicketRowView>,
}

#[utoipa::path(
    get, path = "/api/tickets", tag = "desk", params(TicketQuery), security(("desk_cookie" = [])),
    responses((status = 200, body = Tickets), (status = 401, body = ProblemBody))
)]
pub async fn tickets(
    State(web): State<Web>,
    _: Agent,
    asked: Asked<TicketQuery>,
) -> Result<Json<Tickets>, Problem> {
    let Query(asked) = asked.map_err(|_| Problem::bad("bad_query", "`limit` must be a number."))?;
    let mut rows = web.app.store.tickets(Some(rows(asked.limit))).await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.created));
    Ok(Json(Tickets { tickets: rows.into_iter().map(TicketRowView::from).collect() }))
}

/// One ticket with its history and the conversation that it came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketDetail {
    pub ticket: TicketView,
    pub transcript: Vec<Entry>,
}

#[utoipa::path(
    get, path = "/api/tickets/{code}", tag = "desk", params(("code" = String, Path)), security(("desk_cookie" = [])),
    responses((status = 200, body = TicketDetail), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn ticket(
    State(web): State<Web>,
    _: Agent,
    Path(given): Path<String>,
) -> Result<Json<TicketDetail>, Problem> {
    let unknown = || Problem::not_found("ticket");
    let code = code::parse(&given).ok_or_else(unknown)?;
    let row = web.app.store.ticket(&code).await?.ok_or_else(unknown)?;
    let journal = web.app.store.journal(row.conversation).await?;
    let history = web.app.store.ticket_history(&code).await?;
    Ok(Json(detail(&web, row, history, &journal)))
}

fn detail(
    web: &Web,
    row: TicketRow,
    history: Vec<crate::store::HistoryRow>,
    journal: &[JournalRow],
) -> TicketDetail {
    let privacy = Privacy::of(&web.app.playbooks.held());
    let transcript = transcript::of(journal, &privacy);
    TicketDetail { ticket: TicketView::new(row, history, &privacy), transcript }
}
