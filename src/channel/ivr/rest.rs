//! The platforms' interfaces for what leaves through them: calls, text messages, recordings.
//! See <https://www.twilio.com/docs/voice/api/call-resource>,
//! <https://developers.telnyx.com/api/call-scripting/initiate-texml-call> and
//! <https://docs.jambonz.org/reference/rest-platform-management/calls/create-call>.

use reqwest::{Client, RequestBuilder, Url};
use serde_json::json;

use super::dialect::Dialect;
use super::urls::Urls;
use crate::config::{CarrierApi, Settings};

/// Seconds for which a call back rings.
const RING: u32 = 30;

/// A request for a call to `number` that goes on with the conversation of `address`. `None` where the platform cannot be
/// asked.
pub fn call(
    client: &Client,
    settings: &Settings,
    dialect: Dialect,
    address: &str,
    number: &str,
) -> Option<RequestBuilder> {
    let api = dialect.carrier(settings).api.as_ref()?;
    let urls = Urls::new(settings.public_url.as_deref()?, dialect).on_line(address.to_owned());
    let account = &api.account;
    Some(match dialect {
        Dialect::Twilio | Dialect::Signalwire => {
            let url = format!("{}/2010-04-01/Accounts/{account}/Calls.json", api.url);
            signed(client.post(url), dialect, api).form(&[
                ("To", number),
                ("From", &api.number),
                ("Url", &urls.call_back()),
                ("Method", "POST"),
                ("StatusCallback", &urls.status()),
                ("StatusCallbackMethod", "POST"),
                ("Timeout", &RING.to_string()),
            ])
        }
        Dialect::Telnyx => {
            let url = format!("{}/v2/texml/Accounts/{account}/Calls", api.url);
            let body = json!({
                "To": number, "From": api.number, "Url": urls.call_back(), "UrlMethod": "POST",
                "StatusCallback": urls.status(), "StatusCallbackMethod": "POST", "Timeout": RING,
            });
            signed(client.post(url), dialect, api).json(&body)
        }
        Dialect::Jambonz => {
            let url = format!("{}/v1/Accounts/{account}/Calls", api.url);
            // With an application its own addresses are called, so the tag says which conversation goes on.
            let mut body = json!({
                "from": api.number, "to": { "type": "phone", "number": number },
                "tag": { "line": address }, "timeout": RING,
            });
            match &api.application {
                Some(application) => body["application_sid"] = json!(application),
                None => {
                    body["call_hook"] = json!({ "url": urls.call_back(), "method": "POST" });
                    body["call_status_hook"] = json!({ "url": urls.status(), "method": "POST" });
                }
            }
            signed(client.post(url), dialect, api).json(&body)
        }
    })
}

/// A request for a text message. `None` where the platform cannot be asked.
pub fn message(
    client: &Client,
    settings: &Settings,
    dialect: Dialect,
    number: &str,
    text: &str,
) -> Option<RequestBuilder> {
    /// <https://www.twilio.com/docs/messaging/api/message-resource>: a body has at most 1600 characters.
    const MAX_TEXT: usize = 1_600;
    let api = dialect.carrier(settings).api.as_ref()?;
    let account = &api.account;
    let text: String = text.chars().take(MAX_TEXT).collect();
    Some(match dialect {
        Dialect::Twilio | Dialect::Signalwire => {
            let url = format!("{}/2010-04-01/Accounts/{account}/Messages.json", api.url);
            let form = [("To", number), ("From", api.number.as_str()), ("Body", text.as_str())];
            signed(client.post(url), dialect, api).form(&form)
        }
        Dialect::Telnyx => {
            let body = json!({ "from": api.number, "to": number, "text": text });
            signed(client.post(format!("{}/v2/messages", api.url)), dialect, api).json(&body)
        }
        Dialect::Jambonz => {
            let body = json!({ "from": api.number, "to": number, "text": text });
            signed(client.post(format!("{}/v1/Accounts/{account}/Messages", api.url)), dialect, api)
                .json(&body)
        }
    })
}

/// A request for a recording. The account's key goes to the platform's own interface and nowhere else; other addresses
/// are asked over TLS only.
pub fn recording(
    client: &Client,
    settings: &Settings,
    dialect: Dialect,
    url: &str,
) -> Option<RequestBuilder> {
    let mut at = Url::parse(url).ok()?;
    let api = dialect.carrier(settings).api.as_ref();
    let own = api.filter(|api| Url::parse(&api.url).is_ok_and(|api| api.origin() == at.origin()));
    if own.is_none() && at.scheme() != "https" {
        return None;
    }
    let bare = !at.path().rsplit('/').next().is_some_and(|last| last.contains('.'));
    if bare && matches!(dialect, Dialect::Twilio | Dialect::Signalwire) {
        let path = format!("{}.wav", at.path());
        at.set_path(&path);
    }
    let request = client.get(at);
    Some(match own {
        Some(api) => signed(request, dialect, api),
        None => request,
    })
}

fn signed(request: RequestBuilder, dialect: Dialect, api: &CarrierApi) -> RequestBuilder {
    match dialect {
        Dialect::Twilio | Dialect::Signalwire => request.basic_auth(&api.account, Some(api.key.expose())),
        Dialect::Telnyx | Dialect::Jambonz => request.bearer_auth(api.key.expose()),
    }
}
