// Answers: how many who asked were helped, over time and by article.

import { useEffect, useState } from "../vendor/hooks.js";
import { api } from "./api.js";
import { Chart } from "./chart.js";
import { Empty, Problem, channelName, html, plain, useKept } from "./parts.js";

const percent = (share) => (share === null || share === undefined ? "no data" : `${Math.round(100 * share)} %`);
const TABLES = [["flows", "Flow", (key) => key], ["channels", "Channel", channelName], ["locales", "Language", (key) => key], ["topics", "Topic", plain]];

export function Figures() {
  const [asked, ask] = useKept("answers-asked", { from: "", to: "" });
  const [weekly, setWeekly] = useKept("answers-weekly", false);
  const [told, set] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let stale = false;
    api.figures(asked).then((told) => stale || (set(told), setError(null)), (failed) => stale || setError(failed));
    return () => (stale = true);
  }, [asked.from, asked.to]);
  const on = (key) => (event) => ask({ ...asked, [key]: event.target.value });
  if (!told) return error ? html`<main class="answers-page"><${Problem} error=${error} onRetry=${() => ask({ from: "", to: "" })} /></main>` : html`<p class="loading">Loading…</p>`;
  const { total } = told;
  return html`<main class="answers-page">
    <div class="answers-head"><h1>Answers</h1><p class="soft">What became of the conversations in which somebody asked a question. Every figure stands beside how many asked.</p></div>
    <div class="filter"><label>From<input type="date" value=${asked.from || told.from} onChange=${on("from")} /></label><label>To<input type="date" value=${asked.to || told.to} onChange=${on("to")} /></label></div>
    <${Problem} error=${error} />
    ${total.asked === 0 && told.articles.length === 0
      ? html`<${Empty} icon="inbox" title="Nobody asked">No question was put in this period.<//>`
      : html`<${Tiles} total=${total} />
        <section class="card"><div class="card-head"><h2>Trend</h2><div class="seg" role="group" aria-label="Trend by"><button type="button" aria-pressed=${String(!weekly)} onClick=${() => setWeekly(false)}>Day</button><button type="button" aria-pressed=${String(weekly)} onClick=${() => setWeekly(true)}>Week</button></div></div>
          <${Chart} points=${weekly ? told.weeks : told.days} weekly=${weekly} /></section>
        <${Articles} told=${told} />
        <div class="by-tables">${TABLES.map(([key, name, shown]) => html`<${By} key=${key} name=${name} rows=${told[key]} shown=${shown} />`)}</div>
        <${Terms} />`}
  </main>`;
}

function Tiles({ total }) {
  const ended = total.asked - total.open;
  const tile = (name, value, of) => html`<div class="tile"><dt>${name}</dt><dd><strong>${value}</strong><span>${of}</span></dd></div>`;
  return html`<dl class="tiles">
    ${tile("Asked", total.asked, `${total.offered} were shown an answer, ${total.open} under way`)}
    ${tile("Confirmed", percent(total.confirmed_share), `${total.confirmed} of ${ended} ended said it is solved`)}
    ${tile("Confirmed or assumed", percent(total.deflected_share), `${total.assumed} more left after an answer without a word`)}
    ${tile("Durable", percent(total.durable_share), `${total.durable} of ${total.due} did not come back in 7 days`)}
    ${tile("Failed", ended ? percent(total.failed / ended) : "no data", `${total.failed} went on to a ticket or a person, or found nothing`)}
  </dl>`;
}

const REASONS = { wrong_question: "wrong question", too_long: "too long", did_not_work: "did not work", something_else: "something else" };
const COLUMNS = [["title", "Article"], ["offered", "Given"], ["confirmed", "Solved"], ["refused", "Refused"], ["confirmed_share", "Said yes"], ["assumed", "Assumed"], ["durable_share", "Durable"]];

function Articles({ told }) {
  const [sort, setSort] = useState({ by: "offered", up: false });
  const value = (one) => (sort.by === "title" ? (one.title || one.article).toLowerCase() : (one[sort.by] ?? -1));
  const rows = [...told.articles].sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (sort.up ? 1 : -1));
  const csv = `/api/answers/figures.csv?from=${told.from}&to=${told.to}&by=article`;
  const head = ([key, name]) => html`<th scope="col" aria-sort=${sort.by === key ? (sort.up ? "ascending" : "descending") : undefined} class=${key === "title" ? "" : "number"}><button type="button" onClick=${() => setSort({ by: key, up: sort.by === key ? !sort.up : key === "title" })}>${name}${sort.by === key && html`<span aria-hidden="true">${sort.up ? " ↑" : " ↓"}</span>`}</button></th>`;
  return html`<section class="card"><div class="card-head"><h2>Articles</h2><a class="button" href=${csv} download>Download CSV</a></div>
    <div class="scroll" tabindex="0" role="region" aria-label="Articles"><table class="articles"><thead><tr>${COLUMNS.map(head)}<th scope="col">Why not</th></tr></thead>
      <tbody>${rows.map((one) => html`<tr key=${one.article} class=${verdict(one)}>
        <th scope="row"><span>${one.title || "No more there"}</span><code>${one.article}</code></th>
        <td class="number">${one.offered}${one.asides > 0 && html`<small title="To a question amid a form, where nobody is asked whether it helped">${one.asides} aside</small>`}</td><td class="number">${one.confirmed}</td><td class="number">${one.refused}</td>
        <td class="number share">${percent(one.confirmed_share)}<small>of ${one.confirmed + one.refused}</small></td><td class="number">${one.assumed}</td>
        <td class="number share">${percent(one.durable_share)}<small>of ${one.due}</small></td>
        <td class="why">${Object.entries(one.reasons).map(([reason, count]) => `${REASONS[reason] || plain(reason)} ${count}`).join(", ") || "–"}</td></tr>`)}</tbody></table></div>
    ${told.idle > 0 && html`<p class="soft pad">${told.idle} ${told.idle === 1 ? "article was" : "articles were"} given to nobody in this period.</p>`}</section>`;
}

/** What works and what does not, once enough people said something. */
function verdict({ confirmed, refused }) {
  const said = confirmed + refused;
  if (said < 5) return "";
  const share = confirmed / said;
  return share >= 0.7 ? "works" : share < 0.4 ? "fails" : "";
}

function By({ name, rows, shown }) {
  if (!rows.length) return null;
  return html`<section class="card"><h2>${name}</h2><div class="scroll" tabindex="0" role="region" aria-label=${name}><table><thead><tr><th scope="col">${name}</th><th scope="col" class="number">Asked</th><th scope="col" class="number">Confirmed</th><th scope="col" class="number">Assumed</th><th scope="col" class="number">Failed</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.key}><th scope="row">${row.key ? shown(row.key) : "–"}</th><td class="number">${row.asked}</td><td class="number">${row.confirmed}<small>${percent(row.confirmed_share)}</small></td><td class="number">${row.assumed}</td><td class="number">${row.failed}</td></tr>`)}</tbody></table></div></section>`;
}

function Terms() {
  return html`<details class="terms"><summary>What the figures mean</summary><dl>
    <div><dt>Asked</dt><dd>Conversations in which a question was put to the answers, counted on the day of the last one.</dd></div>
    <div><dt>Confirmed</dt><dd>The contact said that an answer solved it, and no ticket or person followed.</dd></div>
    <div><dt>Assumed</dt><dd>The contact left after an answer and said nothing. It may have helped, or not.</dd></div>
    <div><dt>Failed</dt><dd>A ticket or a person followed, or there was no answer, or all were refused.</dd></div>
    <div><dt>Durable</dt><dd>Of the confirmed and assumed of more than 7 days ago: those whose contact did not come back on the matter, by the same topic, the same article or a ticket of that category. Who cannot be recognised cannot be seen to come back.</dd></div></dl></details>`;
}
