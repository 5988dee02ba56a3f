//! `vestibule serve`: the only place that knows which database, channels and pages there are.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{compiler, login, logs, playbook, reload};
use crate::app::App;
use crate::channel::discord::Discord;
use crate::channel::telegram::Telegram;
use crate::config::Settings;
use crate::http;
use crate::store::Store;

/// How long turns under way may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until SIGTERM or SIGINT; then finishes what is under way.
///
/// # Errors
/// Settings, files or a database that it cannot serve with.
pub async fn serve(settings: Settings) -> anyhow::Result<ExitCode> {
    logs::start(&settings);
    let metrics = http::ops::recorder();
    // On a thread that ends, so that what the building took goes back to the system; the database opens meanwhile.
    let loading = std::thread::spawn({
        let settings = settings.clone();
        move || playbook::load_or_report(&settings)
    });
    let store = Store::open(&settings.database_url).await;
    let loaded =
        loading.join().map_err(|_| anyhow::anyhow!("the flows and answers could not be compiled"))??;
    let Some(playbook::Loaded { playbook, files }) = loaded else { return Ok(ExitCode::from(1)) };
    let store = store.with_context(|| {
        format!("cannot open the database {}", playbook::without_password(&settings.database_url))
    })?;
    let listener = TcpListener::bind(&settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    if let Some(how) = login::first(&store, &settings).await? {
        eprintln!("{how}");
    }
    let settings = Arc::new(settings);
    let app = App::new(store.clone(), settings.clone(), playbook);
    let compiler = Arc::new(compiler::Compiler(settings.clone()));
    app.playbooks.compile_with(compiler.clone());
    app.change_answers_by(compiler);
    app.serve_from_start(files).await.context("cannot store the flows that are to be served")?;
    if let Some(telegram) = &settings.telegram {
        app.channels.add(Arc::new(Telegram::new(telegram.clone())));
    }
    if let Some(discord) = &settings.discord {
        app.channels.add(Arc::new(Discord::new(discord.clone())));
    }
    store.free_leases().await.context("cannot take up what an earlier process left")?;
    let stop = CancellationToken::new();
    let world = tokio::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        async move { app.run_world(stop).await }
    });
    let errands = tokio::spawn(crate::channel::ivr::errands::run(app.clone(), stop.clone()));
    let reloads = tokio::spawn(reload::run(app.clone(), stop.clone()));
    eprintln!("listening on http://{address}");
    tracing::info!(%address, revision = %app.playbook().revision, "listening");
    tokio::spawn(on_signal(stop.clone()));
    http::serve(listener, app, metrics, stop.clone(), GRACE).await?;
    stop.cancel();
    let _ = world.await;
    let _ = reloads.await;
    let _ = errands.await;
    store.close().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn on_signal(stop: CancellationToken) {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
    stop.cancel();
}
