//! `http`: the request leaves as an event, and the answer comes back as an utterance.

use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::conversation::{
    Event, HttpAnswer, HttpRequest, Owner, PromptKind, Wait, WaitKind, ids, utterance,
};
use crate::engine::working::Working;
use crate::engine::{failure, run};
use crate::flow::graph::Exit;
use crate::flow::step::{Body, Http, Json};
use crate::flow::template::AnswerNames;
use crate::flow::{Kind, SlotName, SlotValue};

use super::Then;

pub fn enter(w: &mut Working<'_>, http: &Http) -> Then {
    let (flow, step) = w.place();
    let Some(request) = request(w, http) else { return failed(w, http) };
    let id = ids::of_turn(w.c.id, w.c.turn, "http", w.requests());
    let request = HttpRequest { idempotency_key: id.to_string(), ..request };
    w.event(Event::HttpRequested { id, flow, step, request: Box::new(request) });
    match &http.say {
        Some(text) => {
            let text = w.text(text);
            w.say(PromptKind::Say, &text);
        }
        // Nothing said sounds like a dead line.
        None if w.voice() => w.say_words("one_moment", &[]),
        None => {}
    }
    if let Some(frame) = w.frame_mut() {
        frame.wait = Some(Wait { kind: WaitKind::Http { id, answer: None }, failures: 0 });
    }
    Then::Wait
}

/// `None`: what the texts made is no request; that is a fault.
fn request(w: &mut Working<'_>, http: &Http) -> Option<HttpRequest> {
    let written = w.render_plain(&http.url);
    let place = format!("{}:{}", http.url.at.file, http.url.at.line);
    let Some(mut url) = address(&written) else {
        w.fault(&place, "the url that was made is none that may be called");
        return None;
    };
    let query: Vec<(String, String)> =
        http.query.iter().map(|(name, value)| (name.clone(), w.render_plain(value))).collect();
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in &http.headers {
        let value = w.render_plain(value).replace(|c: char| c.is_ascii_control(), " ");
        headers.push((name.value.clone(), value.trim().to_owned()));
    }
    let body = match &http.body {
        None => None,
        Some(Body::Text(text)) => Some(w.render_plain(text)),
        Some(Body::Json(body)) => {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            }
            Some(json(w, body)?.to_string())
        }
    };
    Some(HttpRequest {
        method: http.method.value.clone(),
        url: url.into(),
        headers,
        body,
        timeout: http.timeout,
        retries: http.retries,
        idempotency_key: String::new(),
    })
}

/// What a contact said cannot lead out of the path that the author wrote.
fn address(written: &str) -> Option<Url> {
    let climbs = written.split(['/', '?', '#']).any(|part| {
        let plain = part.to_lowercase().replace("%2e", ".");
        plain == ".." || plain == "."
    });
    if climbs || written.contains(|c: char| c.is_control() || c == '\\') {
        return None;
    }
    let url = Url::parse(written).ok()?;
    let plain =
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    (plain && url.host_str().is_some()).then_some(url)
}

fn json(w: &mut Working<'_>, body: &Json) -> Option<Value> {
    Some(match body {
        Json::Literal(value) => value.clone(),
        Json::Text(text) => Value::String(w.render_plain(text)),
        Json::Value(expression) => match w.value(expression, None) {
            Some(Value::String(text)) => Value::String(utterance::clean(&text)),
            other => other?,
        },
        Json::List(items) => Value::Array(items.iter().map(|item| json(w, item)).collect::<Option<_>>()?),
        Json::Map(pairs) => {
            let mut map = serde_json::Map::new();
            for (name, value) in pairs {
                map.insert(name.clone(), json(w, value)?);
            }
            Value::Object(map)
        }
    })
}

/// The answer came. Where something else has the word it is kept until the step has it again; where the step does not
/// wait any more it has no effect.
pub fn answered(w: &mut Working<'_>, id: Uuid, answer: &HttpAnswer) {
    let waits = w.c.frames.iter_mut().find_map(|frame| {
        let kept = keep(frame.wait.as_mut()?, id, answer);
        kept.then(|| (frame.flow.clone(), frame.step.clone()))
    });
    let Some((flow, step)) = waits else { return };
    let reason = match answer {
        HttpAnswer::Reply { .. } => None,
        HttpAnswer::Failed { reason } => Some(reason.clone()),
    };
    w.event(Event::HttpAnswered { id, flow, step, status: answer.status(), reason });
    go_on(w);
}

/// Keeps an answer where it is waited for, a menu asked over it or not.
fn keep(wait: &mut Wait, id: Uuid, answer: &HttpAnswer) -> bool {
    match &mut wait.kind {
        WaitKind::Http { id: waits, answer: kept } if *waits == id && kept.is_none() => {
            *kept = Some(Box::new(answer.clone()));
            true
        }
        WaitKind::Menu { under: Some(under) } | WaitKind::Language { under: Some(under) } => {
            keep(under, id, answer)
        }
        _ => false,
    }
}

/// Goes on with an answer that came, where the step on top waits for it. False where it does not.
pub fn go_on(w: &mut Working<'_>) -> bool {
    if w.c.owner != Owner::Bot {
        return false;
    }
    let Some(WaitKind::Http { answer: Some(answer), .. }) = w.current_wait().map(|wait| wait.kind.clone())
    else {
        return false;
    };
    let Some((_, step)) = w.here() else { return false };
    let Kind::Http(http) = &step.kind else { return false };
    if let Some(frame) = w.frame_mut() {
        frame.wait = None;
    }
    let then = match mapped(w, http, &answer) {
        Some(values) => {
            values.into_iter().for_each(|(slot, value)| w.fill(&slot, value));
            Then::next()
        }
        None => failed(w, http),
    };
    run::go_on(w, &then);
    true
}

/// The slots' values, all or none.
fn mapped(w: &mut Working<'_>, http: &Http, answer: &HttpAnswer) -> Option<Vec<(SlotName, SlotValue)>> {
    let HttpAnswer::Reply { status, headers, body } = answer else { return None };
    if !(200..300).contains(status) {
        return None;
    }
    let names = AnswerNames { status: *status, headers, body };
    let mut values = Vec::new();
    for (slot, expression) in &http.into {
        let value = w.value(expression, Some(names))?;
        let value = match value {
            Value::String(text) => Value::String(utterance::clean(&text)),
            other => other,
        };
        let given = w.here().and_then(|(flow, _)| flow.slots.get(&slot.value)?.given(&value));
        let Some(given) = given else {
            let place = format!("{}:{}", expression.at.file, expression.at.line);
            w.fault(&place, &format!("the answer has no value for the slot {}", slot.value));
            return None;
        };
        values.push((slot.value.clone(), given));
    }
    Some(values)
}

/// The step's way for errors, else the flow's, else the system's.
fn failed(w: &mut Working<'_>, http: &Http) -> Then {
    let flow = w.here().map(|(flow, _)| flow);
    let way = http.on_error.as_ref().or(flow.and_then(|flow| flow.on_error.as_ref()));
    match way.and_then(|target| target.step) {
        Some(step) => Then::Out(Exit::Error, Some(step)),
        None => failure::way_out(w),
    }
}
