//! What agents do to a ticket, and how its targets stand.

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Web;
use super::super::auth::{Acting, Agent};
use super::super::error::{Problem, ProblemBody};
use super::super::json::JsonBody;
use super::super::web_chat::{clean_text, client_id};
use super::acts::{self, Done, Words};
use crate::app::tickets::{self, Known, TicketError};
use crate::config::Desk;
use crate::conversation::{code, utterance};
use crate::desk::agent::Role;
use crate::desk::history::{Relation, Ticket};
use crate::desk::lifecycle::Wish;
use crate::desk::targets::{Count, Span};
use crate::desk::{Act, Level, TicketType};

const MAX_TEXT: usize = 1_000;
const MAX_SUBJECT: usize = 200;

/// What is done to a ticket: the name of the act, and what that act needs.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object", default, deny_unknown_fields)]
pub struct TicketAct {
    /// assign, release, start, ask_contact, ask_vendor, contact_replied, vendor_replied, resolve, reopen, close, cancel;
    /// categorise, prioritise, rate, retype, queue, escalate; link, unlink, merge, split; add_item, check_item; plan, approve, reject.
    pub act: String,
    /// assign: to whom; who acts, where nobody is named.
    pub agent: Option<String>,
    /// Why: kept in the history. escalate and reject need it.
    pub why: Option<String>,
    pub category: Option<String>,
    /// prioritise: low, medium or high.
    pub urgency: Option<String>,
    pub impact: Option<String>,
    /// rate: of an incident, 1, the worst, to 4.
    pub severity: Option<u8>,
    /// retype: incident, service_request, problem or change.
    pub r#type: Option<String>,
    pub queue: Option<String>,
    /// link, unlink: caused_by, causes, duplicate_of, duplicated_by, follow_up_of, followed_up_by, split_from, split_into or
    /// related_to.
    pub how: Option<String>,
    /// link, unlink, merge: the other ticket's code.
    pub to: Option<String>,
    /// add_item: what is to be done. split: the subject of the new ticket (its category in `category`).
    pub text: Option<String>,
    /// check_item: its number, from 1.
    pub item: Option<usize>,
    pub done: Option<bool>,
    /// resolve: of a problem, the incidents that it caused too.
    pub caused: Option<bool>,
    /// plan: the window of a change.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// A ticket as it stands after an act; after `split`, the new one.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketState {
    pub code: String,
    pub r#type: String,
    pub state: String,
    pub category: String,
    pub priority: String,
    /// Of an incident, where somebody said so: 1, the worst, to 4.
    pub severity: Option<u8>,
    pub queue: String,
    /// 1 to 3.
    pub tier: u8,
    pub agent: Option<String>,
    pub links: Vec<LinkedView>,
    /// Of a service request.
    pub checklist: Vec<ItemView>,
    /// Of a change: its window, and open, approved or rejected.
    pub plan: Option<Window>,
    pub approval: Option<String>,
    pub reopened: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedView {
    pub how: String,
    pub code: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView {
    pub text: String,
    pub done: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Window {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

impl TicketState {
    pub fn new(code: &str, ticket: Ticket) -> Self {
        let approval = serde_json::to_value(ticket.approval).ok();
        let approval = approval.and_then(|word| word.as_str().map(str::to_owned));
        Self {
            code: code.to_owned(),
            r#type: ticket.kind.word().to_owned(),
            state: ticket.state.word().to_owned(),
            category: ticket.category,
            priority: ticket.priority.word().to_owned(),
            severity: ticket.severity,
            queue: ticket.queue,
            tier: ticket.tier,
            agent: ticket.agent,
            links: ticket
                .links
                .into_iter()
                .map(|(how, code)| LinkedView { how: how.word().to_owned(), code })
                .collect(),
            checklist: ticket
                .checklist
                .into_iter()
                .map(|item| ItemView { text: item.text, done: item.done })
                .collect(),
            plan: ticket.plan.map(|(from, until)| Window { from, until }),
            approval: approval.filter(|_| ticket.kind == TicketType::Change),
            reopened: ticket.reopened,
        }
    }
}

/// The promises of a ticket and how they stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct Targets {
    pub code: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub targets: Vec<TargetView>,
}

/// One promise: the first answer, a later one, or the resolution. Times of work are in seconds.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetView {
    /// first_response, next_response or resolution.
    pub target: String,
    /// kept, missed, running, paused or none.
    pub state: String,
    pub policy: Option<String>,
    pub allowed: Option<i64>,
    pub used: i64,
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub warned: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub breached: Option<Timestamp>,
    /// All of its time: what counted, and what did not and why.
    pub spans: Vec<SpanView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SpanView {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// counts, closed, pending_contact, pending_vendor, resolved or no_target.
    pub why: String,
    pub policy: Option<String>,
    /// Seconds that counted.
    pub counted: i64,
}

impl Targets {
    pub fn new(code: &str, counts: Vec<Count>, at: Timestamp) -> Self {
        Self { code: code.to_owned(), at, targets: counts.into_iter().map(TargetView::from).collect() }
    }
}

impl From<Count> for TargetView {
    fn from(count: Count) -> Self {
        Self {
            target: count.target.word().to_owned(),
            state: count.word().to_owned(),
            policy: count.policy,
            allowed: count.allowed.map(|allowed| allowed.as_secs()),
            used: count.used.as_secs(),
            from: count.from,
            ended: count.ended,
            due: count.due,
            warned: count.warned,
            breached: count.breached,
            spans: count.spans.into_iter().map(SpanView::from).collect(),
        }
    }
}

impl From<Span> for SpanView {
    fn from(span: Span) -> Self {
        let counted = if span.counts() { span.to.duration_since(span.from).as_secs() } else { 0 };
        Self { why: span.why.word().to_owned(), counted, from: span.from, to: span.to, policy: span.policy }
    }
}

impl From<TicketError> for Problem {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Unknown(_) => Self::not_found("ticket"),
            TicketError::Refused(why) => Self::conflict("refused", format!("That cannot be done: {why}.")),
            TicketError::Busy => Self::busy(),
            TicketError::Store(error) => error.into(),
        }
    }
}

#[utoipa::path(
    post, path = "/api/tickets/{code}/acts", tag = "desk", params(("code" = String, Path)), request_body = TicketAct,
    security(("desk_cookie" = [], "csrf" = [])),
    responses(
        (status = 200, body = TicketState), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)
    )
)]
pub async fn act(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(given): Path<String>,
    JsonBody(asked): JsonBody<TicketAct>,
) -> Result<Json<TicketState>, Problem> {
    let code = code::parse(&given).ok_or_else(|| Problem::not_found("ticket"))?;
    let leads = matches!(asked.act.as_str(), "approve" | "reject" | "cancel" | "merge");
    if leads && Role::from_word(&agent.row.role).is_none_or(|role| role < Role::Lead) {
        return Err(Problem::forbidden("not_allowed", "A lead or an admin does that."));
    }
    let wishes = match asked.act.as_str() {
        "split" => {
            let category = Some(text(&asked.category)).filter(|category| !category.is_empty());
            let subject: String = text(&asked.text).chars().take(MAX_SUBJECT).collect();
            let own = web.app.split_ticket(agent.name(), &code, &subject, category.as_deref()).await?;
            let known = Known::read(&web.app.store, &own).await?;
            return Ok(Json(TicketState::new(&own, known.ticket)));
        }
        "merge" => {
            let into = other(&asked)?;
            let known = Known::read(&web.app.store, &code).await?;
            tickets::merge(&known.ticket, &into)
        }
        "assign" => {
            let to = asked.agent.clone().unwrap_or_else(|| agent.name().to_owned());
            let known = web.app.store.agent(&to).await?.filter(|agent| !agent.disabled);
            let known = known.ok_or_else(|| Problem::bad("no_agent", format!("There is no agent {to}.")))?;
            {
                let why = Some(text(&asked.why)).filter(|why| !why.is_empty());
                vec![Wish::Assign { agent: Some(known.name), why }]
            }
        }
        "categorise" => vec![Wish::Categorise(known_category(&web, &text(&asked.category))?)],
        _ => vec![wish(&web.app.settings.desk, &asked)?],
    };
    let ticket = web.app.act_on_ticket(agent.name(), &code, &wishes).await?;
    if asked.act == "resolve" && asked.caused == Some(true) {
        web.app.resolve_under(agent.name(), &code, &format!("problem {code} is resolved")).await?;
    }
    Ok(Json(TicketState::new(&code, ticket)))
}

fn text(given: &Option<String>) -> String {
    let text = utterance::clean(given.as_deref().unwrap_or_default());
    text.chars().take(MAX_TEXT).collect::<String>().trim().to_owned()
}

/// A category that the settings have, where they have any.
fn known_category(web: &Web, category: &str) -> Result<String, Problem> {
    let tree = &web.app.settings.categories;
    if tree.is_empty() || tree.iter().any(|known| known == category) {
        return Ok(category.to_owned());
    }
    let known = tree.join(", ");
    Err(Problem::bad("no_category", format!("There is no category `{category}`; there are {known}.")))
}

fn other(asked: &TicketAct) -> Result<String, Problem> {
    let given = asked.to.as_deref().unwrap_or_default();
    code::parse(given).ok_or_else(|| Problem::bad("bad_code", "`to` must be the code of another ticket."))
}

fn wish(desk: &Desk, asked: &TicketAct) -> Result<Wish, Problem> {
    let needs =
        |key: &str, what: &str| Problem::bad("bad_act", format!("`{}` needs `{key}`: {what}.", asked.act));
    let why = Some(text(&asked.why)).filter(|why| !why.is_empty());
    let reason = || why.clone().ok_or_else(|| needs("why", "the reason"));
    let level = |key: &str, given: &Option<String>| {
        Level::from_word(given.as_deref().unwrap_or_default())
            .ok_or_else(|| needs(key, "low, medium or high"))
    };
    let relation = || {
        let given = asked.how.as_deref().unwrap_or_default();
        Relation::from_word(given).ok_or_else(|| needs("how", "how the tickets belong together"))
    };
    let item =
        || asked.item.and_then(|item| item.checked_sub(1)).ok_or_else(|| needs("item", "a number from 1"));
    Ok(match asked.act.as_str() {
        "categorise" => Wish::Categorise(text(&asked.category)),
        "prioritise" => {
            let urgency = level("urgency", &asked.urgency)?;
            let impact = level("impact", &asked.impact)?;
            Wish::Prioritise { urgency, impact, to: tickets::matrix(desk, urgency, impact), why }
        }
        "rate" => Wish::Rate(asked.severity.ok_or_else(|| needs("severity", "1, the worst, to 4"))?),
        "retype" => {
            let given = asked.r#type.as_deref().unwrap_or_default();
            let kind = TicketType::from_word(given);
            Wish::Retype(kind.ok_or_else(|| needs("type", "incident, service_request, problem or change"))?)
        }
        "queue" => Wish::Queue { queue: text(&asked.queue), why },
        "escalate" => Wish::Escalate { why: reason()? },
        "link" => Wish::Link { how: relation()?, to: other(asked)? },
        "unlink" => Wish::Unlink { how: relation()?, to: other(asked)? },
        "add_item" => Wish::AddItem(text(&asked.text)),
        "check_item" => Wish::CheckItem { item: item()?, done: asked.done.unwrap_or(true) },
        "plan" => Wish::Plan {
            from: asked.from.ok_or_else(|| needs("from", "when the window begins"))?,
            until: asked.until.ok_or_else(|| needs("until", "when it ends"))?,
        },
        "approve" => Wish::Approve,
        "reject" => Wish::Reject { why: reason()? },
        "release" => Wish::Assign { agent: None, why },
        other => {
            let act = Act::from_word(other).filter(|act| *act != Act::Assign);
            let act = act.ok_or_else(|| Problem::bad("bad_act", format!("There is no act `{other}`.")))?;
            Wish::Move { act, why }
        }
    })
}

#[utoipa::path(
    get, path = "/api/tickets/{code}/targets", tag = "desk", params(("code" = String, Path)),
    security(("desk_cookie" = [])),
    responses((status = 200, body = Targets), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn targets(
    State(web): State<Web>,
    _: Agent,
    Path(given): Path<String>,
) -> Result<Json<Targets>, Problem> {
    let code = code::parse(&given).ok_or_else(|| Problem::not_found("ticket"))?;
    let now = Timestamp::now();
    let (known, counts) = web.app.targets_of(&code, now).await?;
    Ok(Json(Targets::new(&known.row.code, counts, now)))
}

#[utoipa::path(
    post, path = "/api/tickets/{code}/reply", operation_id = "answer_ticket", tag = "desk", params(("code" = String, Path)),
    request_body = Words, security(("desk_cookie" = [], "csrf" = [])),
    responses(
        (status = 200, body = Done), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, description = "Another agent has the conversation, or the contact called", body = ProblemBody)
    )
)]
pub async fn reply(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(given): Path<String>,
    JsonBody(words): JsonBody<Words>,
) -> Result<Json<Done>, Problem> {
    let code = code::parse(&given).ok_or_else(|| Problem::not_found("ticket"))?;
    let (client, text) = (client_id(&words.client_id)?, clean_text(&words.text)?);
    let id = web.app.answer_ticket(agent.name(), &code, client, &text).await?;
    acts::done(&web, id).await
}
