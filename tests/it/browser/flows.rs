//! The flow page and the simulator in a real browser.

use serde_json::json;

use super::{log_in, start};
use crate::support::browser::{Browser, Driver, Look};
use crate::support::server::Server;

const WIDE: Look = Look { width: 1440, height: 900, language: "en", dark: false };
const NARROW: Look = Look { width: 390, height: 844, ..WIDE };

async fn open(page: &Browser, server: &Server, name: &str) {
    page.open(&format!("{}/desk/flows/{name}", server.url())).await;
    page.find(".sheet .node").await;
}

async fn current(page: &Browser) -> String {
    let script = "return document.querySelector('.sheet .current')?.dataset.step ?? ''";
    page.run(script, vec![]).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_whole_conversation_is_tried_and_its_way_is_shown() {
    let (server, driver) = (start(), Driver::start().await);
    let page = driver.browser(WIDE).await;
    log_in(&page, &server).await;
    page.open(&format!("{}/desk/flows", server.url())).await;
    page.shows(".flow-cards", "network_outage").await;
    page.shot("flows-list").await;
    open(&page, &server, "support").await;
    page.run("document.querySelector('[data-step=topic]').dispatchEvent(new MouseEvent('click', { bubbles: true }))", vec![]).await;
    page.shows(".source", "choose:").await;
    for (platform, class) in [
        ("discord", "discord-button"),
        ("telegram", "telegram-key"),
        ("web", "webchat-option"),
        ("phone", "spoken"),
    ] {
        page.click(&format!("[data-platform={platform}]")).await;
        page.find(&format!(".preview-frame .{class}")).await;
        page.shot(&format!("flow-step-{platform}")).await;
    }
    page.click("#pane-try").await;
    page.click("#sim-begin").await;
    page.until("the first question", || async { current(&page).await == "topic" }).await;
    page.press(".webchat-option", "Devices").await;
    page.until("the next question", || async { current(&page).await == "problem" }).await;
    page.write("#sim-text", "qwertz plugh xyzzy\u{E007}").await;
    page.until("a question for details", || async { current(&page).await == "ask_device" }).await;
    page.shows(".sim-inside dl", "devices").await;
    page.shot("simulator").await;
    let walked = "return document.querySelectorAll('.sheet .line.walked').length";
    assert!(page.run(walked, vec![]).await.as_u64().unwrap_or(0) >= 4, "the way is marked");
    page.run("document.querySelector('.sim-back').click()", vec![]).await;
    page.until("to be back at the first question", || async { current(&page).await == "topic" }).await;
    let complaints = page.complaints().await;
    assert!(complaints.iter().all(|line| line.contains("/api/me") && line.contains("401")), "{complaints:?}");
    page.close().await;
}

#[tokio::test]
async fn flows_look_right_in_light_and_dark_wide_and_narrow() {
    let (server, driver) = (start(), Driver::start().await);
    for (name, look) in [
        ("wide", WIDE),
        ("narrow", NARROW),
        ("dark", Look { dark: true, ..WIDE }),
        ("dark-narrow", Look { dark: true, ..NARROW }),
    ] {
        let page = driver.browser(look).await;
        log_in(&page, &server).await;
        for flow in ["billing", "network_outage"] {
            open(&page, &server, flow).await;
            page.shot(&format!("flow-{flow}-{name}")).await;
        }
        page.click("#pane-try").await;
        page.run("const select = document.querySelector('#sim-channel'); select.value = 'phone'; select.dispatchEvent(new Event('change', { bubbles: true }))", vec![]).await;
        page.click("#sim-begin").await;
        page.find(".sim-pad").await;
        page.shot(&format!("simulator-phone-{name}")).await;
        let too_wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        assert_eq!(page.run(too_wide, vec![]).await, json!(false), "{name}");
        page.close().await;
    }
}
