// The flows: a list, and for each one its picture, its steps, their previews and the simulator. Views are in the files
// beside.

import { render } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { api, onLoggedOut } from "./api.js";
import { LogIn } from "./login.js";
import { Empty, Problem, html, useKept } from "./parts.js";
import { Picture } from "./picture.js";
import { Simulator } from "./simulator.js";
import { StepPane } from "./step.js";

/** The flow that the address names, or null. */
const named = () => decodeURIComponent(location.pathname.replace(/^\/desk\/flows\/?/, "")) || null;

function App() {
  const [me, setMe] = useState(undefined);
  const [error, setError] = useState(null);
  useEffect(() => {
    onLoggedOut(() => setMe(null));
    api.me().then(setMe, (failed) => (failed.status === 401 ? setMe(null) : setError(failed)));
  }, []);
  if (error) return html`<main class="login"><${Problem} error=${error} /></main>`;
  if (me === undefined) return html`<p class="loading">Loading…</p>`;
  if (!me) return html`<${LogIn} why="" onDone=${setMe} />`;
  return html`<${Frame} me=${me} />`;
}

function Frame({ me }) {
  const name = named();
  return html`<div class="flows">
    <header class="top">
      <a class="brand" href="/desk" aria-label="Vestibule, agents’ desk"><img src="/assets/icon.svg" alt="" /><span>Vestibule</span></a>
      <nav class="sections" aria-label="Sections"><a href="/desk">Conversations</a><a href="/desk#tickets">Tickets</a><a href="/desk/flows" aria-current="page">Flows</a><a href="/desk/answers">Answers</a><a href="/desk/gaps">Gaps</a></nav>
      <div class="who"><span class="name" title=${me.role}>${me.name}</span></div>
    </header>
    ${name ? html`<${One} name=${name} />` : html`<${List} />`}
  </div>`;
}

function List() {
  const [told, set] = useState(null);
  const [error, setError] = useState(null);
  const read = () => api.flows().then(set, setError);
  useEffect(() => void read(), []);
  if (error) return html`<main class="flows-list"><${Problem} error=${error} onRetry=${() => (setError(null), read())} /></main>`;
  if (!told) return html`<p class="loading">Loading…</p>`;
  if (!told.flows.length) return html`<${Empty} icon="inbox" title="No flows">Name their folder in the settings, under flows.<//>`;
  const shown = [...told.flows.filter((flow) => !flow.system), ...told.flows.filter((flow) => flow.system)];
  return html`<main class="flows-list">
    <h1>Flows</h1>
    <p class="soft">Revision <code>${told.revision.slice(0, 12)}</code>, in ${told.locales.join(", ")}.</p>
    <ul class="flow-cards">${shown.map((flow) => html`<li key=${flow.name}><a class="flow-card" href=${`/desk/flows/${flow.name.split("/").map(encodeURIComponent).join("/")}`}>
      <span class="flow-name"><strong>${flow.title}</strong><code>${flow.name}</code></span>
      <span class="flow-begins">${flow.begins.length ? flow.begins.join(" · ") : flow.system ? "Begun by the system" : "Called by other flows"}</span>
      <span class="flow-facts"><span>${flow.steps} ${flow.steps === 1 ? "step" : "steps"}</span>
        <span class=${flow.findings ? "warned" : ""}>${flow.findings ? `${flow.findings} ${flow.findings === 1 ? "finding" : "findings"}` : "No findings"}</span>
        <span>${flow.under_way} under way</span></span>
    </a></li>`)}</ul>
  </main>`;
}

function One({ name }) {
  const [locale, setLocale] = useKept("flow-locale", "");
  const [since, setSince] = useState("");
  const [flow, set] = useState(null);
  const [error, setError] = useState(null);
  const [step, setStep] = useState(null);
  const [pane, setPane] = useState("step");
  const [trail, setTrail] = useState({ steps: [], ways: [], current: null });
  useEffect(() => {
    let stale = false;
    api.flow(name, { locale, since }).then((told) => stale || (set(told), setError(null)), (failed) => stale || setError(failed));
    return () => (stale = true);
  }, [name, locale, since]);
  useEffect(() => {
    if (flow) document.title = `${flow.title} · Flows · Vestibule`;
  }, [flow?.title]);
  if (!flow) return error ? html`<main class="flows-list"><${Problem} error=${error} /></main>` : html`<p class="loading">Loading…</p>`;
  const choose = (id) => (setStep(id), setPane("step"));
  const tab = (id, label) => html`<button type="button" role="tab" id=${`pane-${id}`} aria-controls="pane" aria-selected=${String(pane === id)} onClick=${() => setPane(id)}>${label}</button>`;
  return html`<div class="flow-head">
      <a class="button quiet" href="/desk/flows">← All flows</a>
      <h1>${flow.title}</h1><code class="soft">${flow.file}</code>
      <label class="inline">Language<select value=${locale || flow.locales[0]} onChange=${(event) => setLocale(event.target.value)}>${flow.locales.map((one) => html`<option value=${one}>${one}</option>`)}</select></label>
      <label class="inline">Counts since<input type="date" value=${since} onChange=${(event) => setSince(event.target.value)} /></label>
    </div>
    <${Problem} error=${error} />
    <div class="flow-panes">
      <${Picture} svg=${flow.svg} title=${flow.title} chosen=${step} trail=${trail} onChoose=${choose} />
      <section class="side">
        <div class="tabs" role="tablist" aria-label="Beside the picture">${tab("step", "Step")}${tab("try", "Try it")}</div>
        <div id="pane" role="tabpanel" aria-labelledby=${`pane-${pane}`}>
          <div hidden=${pane !== "step"}><${StepPane} flow=${flow} step=${step} locale=${locale || flow.locales[0]} /></div>
          <div hidden=${pane !== "try"}><${Simulator} flow=${flow} locale=${locale || flow.locales[0]} onTrail=${setTrail} /></div>
        </div>
      </section>
    </div>`;
}

render(html`<${App} />`, document.getElementById("flows"));
