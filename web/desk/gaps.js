// Gaps: questions without an answer, clustered, and the change to the answers that each may become.

import { useCallback, useEffect, useRef, useState } from "../vendor/hooks.js";
import { api } from "./api.js";
import { Proposals } from "./proposals.js";
import { Propose } from "./propose.js";
import { Badge, Empty, Problem, Time, channelName, grouped, html, plain, useKept } from "./parts.js";

export function Gaps({ me }) {
  const [told, set] = useState(null);
  const [changes, setChanges] = useState(null);
  const [error, setError] = useState(null);
  const [asked, ask] = useKept("gaps-asked", { locale: "", min: "1", all: false });
  const [chosen, choose] = useState(null);
  const [pane, setPane] = useState(location.hash === "#changes" ? "changes" : "gaps");
  const read = useCallback(async () => {
    try {
      const [gaps, proposals] = await Promise.all([api.gaps(asked), api.proposals()]);
      set(gaps);
      setChanges(proposals);
      setError(null);
    } catch (failed) {
      setError(failed);
    }
  }, [asked.locale, asked.min, asked.all]);
  useEffect(() => void read(), [read]);
  if (!told || !changes) return error ? html`<main class="answers-page"><${Problem} error=${error} onRetry=${read} /></main>` : html`<p class="loading">Loading…</p>`;
  const open = changes.proposals.filter((one) => one.state === "open").length;
  const tab = (id, label) => html`<button type="button" role="tab" id=${`tab-${id}`} aria-controls="gaps-pane" aria-selected=${String(pane === id)} onClick=${() => (setPane(id), choose(null))}>${label}</button>`;
  const gap = told.gaps[chosen];
  return html`<main class=${`answers-page gaps-page ${gap ? "has-chosen" : ""}`}>
    <div class="gaps-list">
      <div class="answers-head"><h1>Gaps</h1><p class="soft">What people asked and no answer was found for, or every answer refused. Names, numbers and addresses are masked.</p></div>
      <div class="tabs" role="tablist" aria-label="Gaps and changes">${tab("gaps", "Questions")}${tab("changes", html`Proposed changes${open > 0 && html`<span class="count">${open}</span>`}`)}</div>
      <${Problem} error=${error} onRetry=${read} />
      <div id="gaps-pane" role="tabpanel" aria-labelledby=${`tab-${pane}`}>
        ${pane === "gaps"
          ? html`<${Filter} told=${told} asked=${asked} onAsk=${ask} /><${List} told=${told} chosen=${chosen} onChoose=${choose} />`
          : html`<${Proposals} told=${changes} me=${me} onChanged=${read} />`}
      </div>
    </div>
    ${gap && html`<${One} key=${gap.questions[0]} gap=${gap} told=${told} onBack=${() => choose(null)} onProposed=${() => (choose(null), setPane("changes"), read())} />`}
  </main>`;
}

function Filter({ told, asked, onAsk }) {
  const on = (key) => (event) => onAsk({ ...asked, [key]: event.target.type === "checkbox" ? event.target.checked : event.target.value });
  return html`<div class="filter">
    <label>Language<select value=${asked.locale} onChange=${on("locale")}><option value="">All</option>${told.locales.map((one) => html`<option value=${one}>${one}</option>`)}</select></label>
    <label>Conversations, at least<input type="number" min="1" max="999" value=${asked.min} onChange=${on("min")} /></label>
    <label class="check"><input type="checkbox" checked=${asked.all} onChange=${on("all")} />Also what is answered by now</label>
  </div>`;
}

function List({ told, chosen, onChoose }) {
  if (!told.gaps.length) return html`<${Empty} icon="inbox" title="No gaps">Every question of the last 90 days found an answer that was not refused, or nobody asked.<//>`;
  return html`<ul class="rows gap-rows">${told.gaps.map((gap, at) => html`<li key=${gap.questions[0]}><button type="button" class="row gap-row" aria-current=${at === chosen ? "true" : undefined} onClick=${() => onChoose(at)}>
      <span class="row-main">
        <strong class="gap-wording">${gap.wording}</strong>
        <span class="row-marks"><${Badge} kind=${gap.ticketed ? "warn" : ""}>${count(gap.conversations, "conversation")}<//>
          ${gap.ticketed > 0 && html`<${Badge} kind="quiet">${Math.round((100 * gap.ticketed) / gap.conversations)} % to a person<//>`}
          ${gap.refused > 0 && html`<${Badge} kind="quiet">answer refused<//>`}
          ${gap.suggested_now && html`<${Badge} kind="good">answered by now<//>`}
          <${Badge} kind="quiet">${gap.locale}<//></span>
      </span>
      <${Spark} weeks=${gap.weeks} />
    </button></li>`)}</ul>
    ${told.more > 0 && html`<p class="soft pad">${told.more} more with fewer conversations.</p>`}`;
}

export const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

/** Questions a week as small bars, the last one now. */
function Spark({ weeks }) {
  const most = Math.max(1, ...weeks);
  const label = `Questions a week, the oldest first: ${weeks.join(", ")}`;
  return html`<svg class="spark" viewBox="0 0 64 24" role="img" aria-label=${label}><title>${label}</title>
    ${weeks.map((number, at) => {
      const height = number ? Math.max(2, (22 * number) / most) : 1;
      return html`<rect x=${at * 8 + 1} y=${24 - height} width="6" height=${height} rx="1" class=${number ? "" : "none"} />`;
    })}</svg>`;
}

function One({ gap, told, onBack, onProposed }) {
  const [mode, setMode] = useState(null);
  const head = useRef(null);
  useEffect(() => head.current.focus(), []);
  const near = gap.nearest.map((one) => ({ ...one, ...told.articles.find((article) => article.id === one.article) }));
  return html`<section class="gap-one" aria-labelledby="gap-title">
    <div class="pane-head"><button type="button" class="button quiet only-mid" onClick=${onBack}>← Gaps</button>
      <div class="pane-title"><h2 id="gap-title" tabindex="-1" ref=${head}>${gap.wording}</h2>
      <p class="meta">${count(gap.count, "question")} in ${count(gap.conversations, "conversation")}, the last <${Time} at=${gap.last} />${gap.topics.length > 0 && ` · ${gap.topics.map(plain).join(", ")}`} · ${gap.channels.map(channelName).join(", ")}</p></div></div>
    <div class="gap-body">
      <h3>Asked as</h3>
      <ul class="wordings">${gap.phrasings.slice(0, 12).map((text) => html`<li>${text}</li>`)}</ul>
      <h3>Nearest answers today</h3>
      ${near.length ? html`<ul class="nearest">${near.map((one) => html`<li><span class="near-title"><strong>${one.title || one.article}</strong><code>${one.article}</code></span><meter min="0" max="1" value=${one.score}>${one.score}</meter><span class="score">${one.score.toFixed(2)}</span>
        ${one.file && !one.file.endsWith(".jsonl") && html`<button type="button" class="button" data-article=${one.article} onClick=${() => setMode({ article: one.article })}>Add as a phrasing of this</button>`}</li>`)}</ul>`
        : html`<p class="nothing">Nothing comes near.</p>`}
      <div class="acts"><button type="button" class="button" onClick=${() => setMode({ article: "" })}>Add to another answer</button><button type="button" class="button main" id="new-article" onClick=${() => setMode({ draft: true })}>New article</button></div>
      ${mode && html`<${Propose} key=${JSON.stringify(mode)} mode=${mode} gap=${gap} told=${told} onCancel=${() => setMode(null)} onProposed=${onProposed} />`}
      ${gap.tickets.length > 0 && html`<h3>Tickets</h3><p class="links">${gap.tickets.map((code) => html`<a class="code" href=${`/desk#t/${code}`}>${grouped(code)}</a> `)}</p>`}
      <h3>Conversations</h3><p class="links">${gap.in_conversations.map((id, at) => html`<a href=${`/desk#c/${id}`}>${at + 1}</a> `)}</p>
    </div>
  </section>`;
}
