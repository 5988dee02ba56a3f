//! The pages, the web chat, the desk's API and the operators' addresses, as one router.

pub mod auth;
pub mod chat_socket;
pub mod desk;
pub mod error;
pub mod guard;
pub mod headers;
pub mod hub;
pub mod ivr;
pub mod json;
pub mod openapi;
pub mod ops;
pub mod origin;
pub mod pace;
pub mod pages;
pub mod phone;
pub mod playbook;
mod serve;
pub mod telegram;
pub mod token;
pub mod web_chat;

pub use serve::serve;

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::app::App;

/// A visitor may send this many messages at once, and so many a second after that.
const CHAT_BURST: u32 = 20;
const CHAT_RATE: f64 = 5.0;

/// What the handlers share; cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Shared>);

pub struct Shared {
    pub app: App,
    pub policy: headers::Policy,
    pub hub: hub::Hub,
    pub feed: desk::feed::Feed,
    pub present: desk::presence::Present,
    pub pace: pace::Pace,
    pub gate: auth::gate::Gate,
    pub recorder: ops::Recorder,
}

impl Deref for Web {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Everything that is served on the main listener. To be called inside the runtime: it starts two tasks, which listen
/// for what is committed. [`serve()`] does it, and bounds connections and tells handlers who calls.
pub fn router(app: App, recorder: ops::Recorder) -> Router {
    let web = Web(Arc::new(Shared {
        policy: headers::Policy::new(&app.settings),
        hub: hub::Hub::start(&app.live),
        feed: desk::feed::Feed::start(&app.live, app.store.clone()),
        present: desk::presence::Present::new(app.store.clone()),
        pace: pace::Pace::new(CHAT_BURST, CHAT_RATE),
        gate: auth::gate::Gate::default(),
        recorder,
        app,
    }));
    let mut routes = Router::new()
        .merge(pages::routes())
        .merge(ops::routes())
        .merge(auth::routes())
        .merge(desk::routes())
        .merge(playbook::routes());
    if web.app.settings.web_enabled {
        routes = routes.merge(web_chat::routes(&web));
    }
    routes
        .fallback(|| async { error::Problem::not_found("page") })
        .method_not_allowed_fallback(|| async {
            let status = axum::http::StatusCode::METHOD_NOT_ALLOWED;
            error::Problem::new(status, "wrong_method", "This address does not take that method.")
        })
        .with_state(web.clone())
        .merge(calls(&web.app))
        .layer(from_fn(guard::bound_body))
        .layer(from_fn_with_state(web, headers::add))
        .layer(from_fn(guard::identify))
}

/// Channels that call: only with a secret. The phone: callbacks only with a secret and a public address, the simulator only where it is allowed.
fn calls(app: &App) -> Router {
    let mut routes = Router::new();
    routes = routes.merge(ivr::routes(app.clone()));
    if app.settings.telegram.as_ref().is_some_and(|telegram| telegram.webhook.is_some()) {
        routes = routes.merge(telegram::routes(app.clone()));
    }
    if app.settings.phone_simulator {
        routes = routes.merge(phone::routes(app.clone()));
    }
    routes
}
