//! The description of the API for programs: `GET /api/openapi.json`.

use axum::Json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{auth, desk, playbook, web_chat};

#[derive(OpenApi)]
#[openapi(
    info(title = "Vestibule", description = "The web chat and the desk."),
    tags(
        (name = "chat", description = "For visitors: one chat, one bearer token."),
        (name = "desk", description = "For agents: a cookie from `/api/login`, and the `X-CSRF-Token` that came with it on every change.")
    ),
    paths(
        web_chat::settings, web_chat::open, web_chat::say, web_chat::catch_up, web_chat::files::upload,
        auth::login, auth::logout, auth::me,
        desk::conversations, desk::conversation, desk::tickets, desk::ticket,
        desk::targets::act, desk::targets::reply, desk::targets::targets, desk::figures::figures, desk::figures::csv,
        desk::insight::contacts, desk::insight::funnel, desk::insight::behind, desk::insight::forecast,
        desk::insight::risks, desk::insight::alike, desk::insight::open_problem,
        desk::acts::claim, desk::acts::reply, desk::acts::note, desk::acts::hand_back, desk::acts::close,
        desk::acts::unlink, desk::acts::put_through,
        desk::world::incidents, desk::world::open, desk::world::close, desk::world::file,
        desk::inbox::parked, desk::inbox::replay,
        desk::events::stream, desk::presence::choose, playbook::playbook,
        desk::flows::list, desk::flows::one, desk::flows::preview, desk::flows::simulate::turn,
        desk::flows::as_test::test,
        desk::answers::list, desk::answers::resolutions, desk::answers::figures::figures, desk::answers::figures::csv,
        desk::answers::proposals::propose, desk::answers::proposals::list, desk::answers::proposals::approve,
        desk::answers::proposals::refuse, desk::answers::proposals::renew, desk::answers::proposals::patch
    ),
    modifiers(&Security)
)]
pub struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let csrf = ApiKeyValue::new("X-CSRF-Token");
        let cookie = ApiKeyValue::new("vestibule_desk");
        components.add_security_scheme("chat_token", SecurityScheme::Http(bearer));
        components.add_security_scheme("desk_cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        components.add_security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(csrf)));
    }
}

pub async fn file() -> Json<utoipa::openapi::OpenApi> {
    Json(Api::openapi())
}
