//! The flows as operators see them: a list, one as a picture with its steps, a step's previews, and the simulator.

pub mod as_test;
pub mod simulate;
pub mod view;

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use self::view::{FlowDetail, Flows, Preview};
use super::super::Web;
use super::super::auth::Agent;
use super::super::error::{Problem, ProblemBody};
use crate::app::simulate as app_simulate;
use crate::conversation::Channel;
use crate::flow::picture::{Picture, View, svg};
use crate::flow::{Flow, Playbook};

/// The flows that are served.
#[utoipa::path(
    get, path = "/api/flows", tag = "desk", security(("desk_cookie" = [])),
    responses((status = 200, body = Flows), (status = 401, body = ProblemBody))
)]
pub async fn list(State(web): State<Web>, _: Agent) -> Result<Json<Flows>, Problem> {
    let under_way = web.app.store.under_way().await?;
    Ok(Json(Flows::of(&web.app.playbook(), &under_way)))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct LookQuery {
    /// Language of the texts; the first of the settings where not given.
    pub locale: Option<String>,
    /// Counts conversations from this day on (`2026-11-24`); where not given, those of the revision that is served.
    pub since: Option<String>,
}

#[utoipa::path(
    get, path = "/api/flows/{name}", tag = "desk", params(("name" = String, Path), LookQuery),
    security(("desk_cookie" = [])),
    responses(
        (status = 200, body = FlowDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody)
    )
)]
pub async fn one(
    State(web): State<Web>,
    _: Agent,
    Path(name): Path<String>,
    Query(look): Query<LookQuery>,
) -> Result<Json<FlowDetail>, Problem> {
    let playbook = web.app.playbook();
    let flow = found(&playbook, &name)?;
    let since = match &look.since {
        Some(day) => crate::store::Since::Time(start_of(&web, day)?),
        None => crate::store::Since::Revision(playbook.revision.clone()),
    };
    let counts = web.app.store.flow_counts(&name, &since).await?;
    let view = View {
        locale: look.locale.as_deref(),
        locales: &playbook.locales,
        findings: &playbook.written.findings,
        // Where nobody was, noughts on all lines would only hide the words.
        counts: (counts.began > 0).then_some(&counts),
        link: Some("/desk/flows/"),
    };
    let picture = Picture::of(flow, view);
    let drawn = svg::svg(&picture, svg::Form::Embedded);
    Ok(Json(FlowDetail::new(&playbook, flow, picture, drawn)))
}

fn found<'p>(playbook: &'p Playbook, name: &str) -> Result<&'p Flow, Problem> {
    playbook.flow(name).ok_or_else(|| Problem::not_found("flow"))
}

pub(super) fn start_of(web: &Web, day: &str) -> Result<Timestamp, Problem> {
    let bad = || Problem::bad("bad_query", "`since` must be a day such as 2026-11-24.");
    let day: jiff::civil::Date = day.parse().map_err(|_| bad())?;
    web.app.settings.desk.hours.begins(day).ok_or_else(bad)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The step's id.
    pub step: String,
    pub locale: Option<String>,
}

#[utoipa::path(
    get, path = "/api/flows/{name}/preview", tag = "desk", params(("name" = String, Path), PreviewQuery),
    security(("desk_cookie" = [])),
    responses((status = 200, body = Preview), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn preview(
    State(web): State<Web>,
    _: Agent,
    Path(name): Path<String>,
    Query(asked): Query<PreviewQuery>,
) -> Result<Json<Preview>, Problem> {
    let playbook = web.app.playbook();
    let flow = found(&playbook, &name)?;
    let step = flow.step_index(&asked.step).ok_or_else(|| Problem::not_found("step"))?;
    let desk = &web.app.settings.desk;
    let said = |channel| {
        let world = app_simulate::World {
            channel,
            locale: asked.locale.clone(),
            now: Timestamp::now(),
            contact: Default::default(),
            business_open: Some(true),
            agent_free: true,
            incidents: Vec::new(),
        };
        app_simulate::preview(&playbook, desk, &world, flow, step)
    };
    Ok(Json(Preview::of(&said(Channel::Web), &said(Channel::Phone))))
}
