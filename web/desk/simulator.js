// The simulator: a conversation with the flow that nobody has. Each turn is one request with everything in it, so going
// back is going on from an earlier answer.

import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { api } from "./api.js";
import { Problem, html } from "./parts.js";
import { Shown } from "./step.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Now, as a field for date and time takes it. */
const localNow = (date = new Date()) => new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export function Simulator({ flow, locale, onTrail }) {
  const [world, setWorld] = useState({ channel: "web", clock: localNow(), name: "", profile: "", verified: false, agents: 0, open: "hours", area: "", incident: "" });
  const [turns, setTurns] = useState([]);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const [typed, setTyped] = useState("");
  const [keyed, setKeyed] = useState("");
  const [copied, setCopied] = useState("");
  const log = useRef(null);
  const last = turns.at(-1)?.told;
  const voice = world.channel === "phone";
  const begins = flow.model.nodes[0].text !== "called by other flows" && !flow.name.startsWith("system/");

  useEffect(() => {
    const walks = turns.flatMap(({ told }) => told.walked).filter((walk) => walk.flow === flow.name);
    const steps = walks.flatMap((walk) => walk.steps);
    // Within a called flow the box that called stays marked.
    const inside = last?.state.conversation.frames.filter((frame) => frame.flow === flow.name).at(-1);
    const current = last?.step ? inside?.step ?? null : steps.at(-1) ?? null;
    onTrail({ steps, ways: walks.flatMap((walk) => walk.exits), current });
    requestAnimationFrame(() => log.current && (log.current.scrollTop = log.current.scrollHeight));
  }, [turns, flow.name]);

  async function ask(kept, said, utterance, clock = world.clock) {
    setBusy(true);
    setError(null);
    setCopied("");
    const state = kept.at(-1)?.told.state;
    const incidents = world.area ? [{ area: world.area, title: world.incident || world.area }] : [];
    const turn = {
      now: new Date(clock).toISOString(), utterance,
      contact: { name: world.name || null, profile: world.profile || null, verified: world.verified },
      facts: { agents_free: Number(world.agents), business_open: world.open === "hours" ? null : world.open === "open", incidents },
    };
    try {
      const told = await api.simulate({ flow: begins ? flow.name : undefined, locale, channel: world.channel, state, ...turn });
      setTurns([...kept, { said, turn, told }]);
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  }
  const begin = () => ask([], null, undefined);
  const say = (utterance, said) => ask(turns, said, utterance);
  const pass = (minutes) => {
    const then = localNow(new Date(new Date(world.clock).getTime() + minutes * 60_000));
    setWorld({ ...world, clock: then });
    ask(turns, { by: "world", text: `${minutes} min later` }, undefined, then);
  };
  const send = (event) => {
    event.preventDefault();
    const text = typed.trim();
    if (!text) return;
    setTyped("");
    say({ as: voice ? "speech" : "text", text }, { by: "you", text });
  };
  const press = (value) => {
    const label = last?.messages.flatMap((message) => message.options).find((option) => option.value === value)?.label;
    say({ as: "choice", value }, { by: "you", text: label ?? value, button: true });
  };
  const key = (keys) => (setKeyed(""), say({ as: "keys", keys }, { by: "you", text: keys, keys: true }));
  const onPad = (digit) => {
    const single = last?.messages.at(-1)?.options.length > 0;
    if (single || (digit === "#" && !keyed)) key(digit);
    else if (digit === "#") key(keyed);
    else setKeyed(keyed + digit);
  };
  const copy = async () => {
    const words = turns.find(({ said }) => said?.by === "you")?.said.text;
    let text;
    try {
      const had = { name: `${flow.title}${words ? `, ${words.slice(0, 40)}` : ""}`, flow: begins ? flow.name : undefined, locale, channel: world.channel, turns: turns.map(({ turn }) => turn) };
      text = (await api.asTest(had)).yaml;
    } catch (failed) {
      return setError(failed);
    }
    try {
      await navigator.clipboard.writeText(text);
      setCopied("Copied: put it into a file of flows/tests.");
    } catch {
      setCopied(text);
    }
  };
  const speak = () => {
    speechSynthesis.cancel();
    for (const piece of last.messages.flatMap((message) => message.shown.phone)) {
      for (const words of piece.pieces) speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(words), { lang: piece.locale }));
    }
  };
  const set = (name) => (event) => setWorld({ ...world, [name]: event.target.type === "checkbox" ? event.target.checked : event.target.value });
  const over = last && last.outcome != null;
  return html`<div class="simulator">
    <${World} world=${world} set=${set} running=${turns.length > 0} />
    <div class="sim-acts">
      <button type="button" class="button main" id="sim-begin" disabled=${busy} onClick=${begin}>${turns.length ? "Restart" : "Begin"}</button>
      ${last && html`<button type="button" class="button" onClick=${copy}>Copy as test</button>`}
      ${last && voice && "speechSynthesis" in globalThis && html`<button type="button" class="button" onClick=${speak}>Speak</button>`}
    </div>
    <${Problem} error=${error} />
    ${copied && (copied.includes("\n") ? html`<pre class="source" tabindex="0">${copied}</pre>` : html`<p role="status" class="good">${copied}</p>`)}
    ${turns.length > 0 && html`<ol class="sim-log" ref=${log} aria-live="polite">${turns.map((turn, at) => html`<${Turn} turn=${turn} platform=${world.channel} live=${!busy && at === turns.length - 1 && !over} onPress=${press} onBack=${at < turns.length - 1 ? () => setTurns(turns.slice(0, at + 1)) : null} />`)}</ol>`}
    ${over && html`<p class="sim-over" role="status">The conversation ended: <strong>${last.outcome}</strong></p>`}
    ${last && !over && html`<form class="sim-line" onSubmit=${send}><label class="out" for="sim-text">${voice ? "Say" : "Write"}</label>
        <input id="sim-text" autocomplete="off" placeholder=${voice ? "Say something" : "Write something"} value=${typed} onInput=${(event) => setTyped(event.target.value)} />
        <button class="button main" disabled=${busy || !typed.trim()}>${voice ? "Say" : "Send"}</button></form>
      ${voice && html`<div class="sim-pad" role="group" aria-label="Keypad"><output>${keyed || "\u00A0"}</output>${KEYS.map((digit) => html`<button type="button" class="button" disabled=${busy} onClick=${() => onPad(digit)}>${digit}</button>`)}</div>`}
      <div class="sim-acts small">
        ${voice && html`<button type="button" class="button" disabled=${busy} onClick=${() => say({ as: "silence" }, { by: "world", text: "Silence" })}>Silence</button>`}
        <button type="button" class="button" disabled=${busy} onClick=${() => pass(1)}>+1 min</button>
        <button type="button" class="button" disabled=${busy} onClick=${() => pass(30)}>+30 min</button>
        ${last.due && html`<button type="button" class="button" disabled=${busy} onClick=${() => pass(Math.max(1, Math.ceil((new Date(last.due) - new Date(world.clock)) / 60_000)))}>To the next timer</button>`}
        ${last.calls.length > 0 && html`<${Service} call=${last.calls.at(-1)} busy=${busy} say=${say} />`}
        ${last.line === "transfer" && [["completed", "They talk"], ["busy", "Busy"], ["no_answer", "No answer"], ["failed", "It fails"]].map(([how, words]) =>
          html`<button type="button" class="button" disabled=${busy} onClick=${() => say({ as: "transferred", how }, { by: "world", text: words })}>${words}</button>`)}
        ${last.line === "recording" && html`<button type="button" class="button" disabled=${busy} onClick=${() => say({ as: "recorded" }, { by: "world", text: "A message was recorded" })}>Message recorded</button>`}
        ${last.owner === "queue" && html`<button type="button" class="button" disabled=${busy} onClick=${() => say({ as: "claimed" }, { by: "world", text: "An agent takes over" })}>Agent takes over</button>
          <button type="button" class="button" disabled=${busy} onClick=${() => say({ as: "nobody_came" }, { by: "world", text: "Nobody came" })}>Nobody comes</button>`}
        ${last.owner === "agent" && html`<button type="button" class="button" disabled=${busy} onClick=${() => say({ as: "handed_back" }, { by: "world", text: "The agent hands back" })}>Agent hands back</button>`}
      </div>`}
    ${last && html`<${Inside} last=${last} />`}
  </div>`;
}

/** What a service that is called answers: the simulator calls nobody. */
function Service({ call, busy, say }) {
  const [status, setStatus] = useState(200);
  const [body, setBody] = useState("{}");
  const [wrong, setWrong] = useState("");
  const reply = (event) => {
    event.preventDefault();
    let read = null;
    try {
      read = body.trim() ? JSON.parse(body) : null;
    } catch (error) {
      return setWrong(`This is no JSON: ${error.message}`);
    }
    say({ as: "service_replies", status: Number(status), body: read }, { by: "world", text: `The service answers ${status}` });
  };
  return html`<form class="sim-service" onSubmit=${reply}>
    <p><strong>${call.step}</strong> calls <code>${call.method} ${call.url}</code></p>
    ${call.body && html`<pre>${call.body}</pre>`}
    <label>Status<input type="number" min="100" max="599" required value=${status} onInput=${(event) => setStatus(event.target.value)} /></label>
    <label>Reply (JSON)<textarea rows="3" spellcheck="false" value=${body} onInput=${(event) => (setWrong(""), setBody(event.target.value))}></textarea></label>
    ${wrong && html`<p class="problem" role="alert">${wrong}</p>`}
    <div class="sim-acts"><button class="button main" disabled=${busy}>The service answers</button>
      <button type="button" class="button" disabled=${busy} onClick=${() => say({ as: "service_fails" }, { by: "world", text: "The service does not answer" })}>It does not</button></div>
  </form>`;
}

function World({ world, set, running }) {
  return html`<details class="sim-world" open=${!running}><summary>The world</summary><div class="sim-fields">
    <label>Channel<select id="sim-channel" value=${world.channel} onChange=${set("channel")} disabled=${running && false}>
      <option value="web">Web chat</option><option value="discord">Discord</option><option value="telegram">Telegram</option><option value="phone">Phone</option></select></label>
    <label>Clock<input type="datetime-local" value=${world.clock} onInput=${set("clock")} /></label>
    <label>Desk<select value=${world.open} onChange=${set("open")}><option value="hours">By its hours</option><option value="open">Open</option><option value="closed">Closed</option></select></label>
    <label>Agents free<input type="number" min="0" max="99" value=${world.agents} onInput=${set("agents")} /></label>
    <label>Contact’s name<input value=${world.name} maxlength="200" onInput=${set("name")} /></label>
    <label>Profile<input value=${world.profile} maxlength="200" onInput=${set("profile")} /></label>
    <label>Known incident in<input value=${world.area} placeholder="network" maxlength="100" onInput=${set("area")} /></label>
    <label>Its title<input value=${world.incident} maxlength="200" onInput=${set("incident")} /></label>
    <label class="check"><input type="checkbox" checked=${world.verified} onChange=${set("verified")} />Identity proven</label>
  </div></details>`;
}

function Turn({ turn, platform, live, onPress, onBack }) {
  const { said, told } = turn;
  return html`<li class="sim-turn">
    ${said && html`<p class=${`sim-said sim-${said.by}`}>${said.keys ? html`<kbd>${said.text}</kbd>` : said.text}</p>`}
    ${told.messages.map((message) => (message.from === "agent" ? html`<p class="sim-agent">${message.text}</p>` : html`<${Shown} told=${message.shown} platform=${platform} onPress=${onPress} live=${live} />`))}
    ${onBack && html`<button type="button" class="sim-back" onClick=${onBack}>Back to here</button>`}
  </li>`;
}

function Inside({ last }) {
  const slots = Object.entries(last.slots);
  return html`<div class="sim-inside">
    <h3>Slots</h3>
    ${slots.length ? html`<dl>${slots.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>` : html`<p class="soft">None is filled yet.</p>`}
    <details><summary>What happened in this turn (${last.events.length})</summary><ul class="sim-events">${last.events.map((event) => {
      const { fact, ...rest } = event;
      return html`<li><strong>${fact.replaceAll("_", " ")}</strong> <code>${fact === "prompted" ? "" : JSON.stringify(rest).slice(0, 300)}</code></li>`;
    })}</ul></details>
  </div>`;
}
