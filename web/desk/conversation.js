// One conversation: what was said, what is known, and what an agent can do.

import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { api, freshId } from "./api.js";
import { Badge, Icon, Owner, Problem, Priority, Time, channelName, contactName, isCall, grouped, html, plain, useKept } from "./parts.js";
import { Transcript } from "./transcript.js";

const DISPOSITIONS = ["solved", "follow_up", "no_response", "duplicate", "not_for_us"];

export function Conversation({ detail, me, error, onRetry, onChanged, onTicket, onBack, say }) {
  const [failed, setFailed] = useState(null);
  const [busy, setBusy] = useState(false);
  const [facts, setFacts] = useState(false);
  const closing = useRef(null);
  const putting = useRef(null);
  const row = detail?.conversation;
  useEffect(() => setFailed(null), [row?.id]);
  if (error) return html`<section class="main-pane"><${Problem} error=${error} onRetry=${onRetry} /></section>`;
  if (!row) return html`<section class="main-pane"><p class="loading">Loading…</p></section>`;
  const mine = row.owner === "agent" && row.owner_name === me.name;
  const open = row.life !== "closed";
  const act = async (doing, said) => {
    setBusy(true);
    setFailed(null);
    try {
      await doing();
      say(said);
      onChanged();
      return true;
    } catch (problem) {
      setFailed(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const claim = () => act(() => api.claim(row.id), "You have this conversation now.");
  const handBack = () => act(() => api.handBack(row.id), "Handed back to the bot.");
  const unlink = () => act(() => api.unlink(row.id), "Unlinked. The contact was told.");
  return html`<section class="main-pane" aria-label=${`Conversation with ${contactName(row)}`}>
    <header class="pane-head">
      <button type="button" class="button only-narrow" onClick=${onBack} aria-label="Back to the list"><${Icon} of="back" /></button>
      <div class="pane-title"><h2>${contactName(row)}</h2>
        <p><${Owner} row=${row} me=${me.name} /> <span class="meta">${channelName(row.channel)} · ${row.locale}</span></p></div>
      <div class="acts">
        ${open && !mine && html`<button type="button" class="button main" disabled=${busy} onClick=${claim}>Take over</button>`}
        ${mine && isCall(row) && html`<button type="button" class="button" disabled=${busy} onClick=${() => putting.current.showModal()}>Put through…</button>`}
        ${mine && html`<button type="button" class="button" disabled=${busy} onClick=${handBack}>Hand back</button>
          <button type="button" class="button" disabled=${busy} onClick=${() => closing.current.showModal()}>Close…</button>`}
        <button type="button" class="button only-mid" aria-expanded=${String(facts)} aria-controls="facts" onClick=${() => setFacts(!facts)}><${Icon} of="info" /><span class="wide-words">Details</span></button>
      </div>
    </header>
    <${Problem} error=${failed} />
    <div class="pane-body">
      <div class="talk">
        <${Transcript} entries=${detail.transcript} />
        <${Composer} row=${row} mine=${mine} open=${open} me=${me} onClaim=${claim} onChanged=${onChanged} onFailed=${setFailed} />
      </div>
      <${Facts} detail=${detail} me=${me} busy=${busy} open=${facts} onTicket=${onTicket} onUnlink=${unlink} />
    </div>
    <${PutThroughDialog} at=${putting} onPut=${(to) => act(() => api.putThrough(row.id, to), `The call is put through to ${to}.`)} />
    <${CloseDialog} at=${closing} onClose=${(word) => act(() => api.close(row.id, word), "Closed.")} />
  </section>`;
}

/** Whom the caller is to talk to: the agent's own telephone, or a colleague's. */
function PutThroughDialog({ at, onPut }) {
  const [to, setTo] = useKept("put-through", "");
  const put = async (event) => {
    event.preventDefault();
    if (!to.trim()) return;
    at.current.close();
    await onPut(to.trim());
  };
  return html`<dialog class="dialog" ref=${at} aria-labelledby="put-title"><form onSubmit=${put}>
    <h2 id="put-title">Put the call through</h2>
    <label for="put-to">Number, with its country code</label>
    <input id="put-to" inputmode="tel" autocomplete="tel" placeholder="+39 02 12345678" value=${to} onInput=${(event) => setTo(event.target.value)} />
    <div class="acts"><button type="button" class="button" onClick=${() => at.current.close()}>Cancel</button>
      <button class="button main" disabled=${!to.trim()}>Put through</button></div>
  </form></dialog>`;
}

function Composer({ row, mine, open, onClaim, onChanged, onFailed }) {
  const [note, setNote] = useState(!mine);
  const [draft, setDraft] = useKept(`draft.${note ? "note" : "reply"}.${row.id}`, "");
  const [pending, setPending] = useState(null);
  const field = useRef(null);
  useEffect(() => setNote(!mine), [mine, row.id]);
  useEffect(() => {
    if (!field.current) return;
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, 200)}px`;
  }, [draft, note]);
  const send = async () => {
    const text = draft.trim();
    if (!text || pending === "sending") return;
    // The same words after a failure are the same message: it is never written twice.
    const id = pending?.text === text ? pending.id : freshId();
    setPending("sending");
    onFailed(null);
    try {
      await (note ? api.note : api.reply)(row.id, id, text);
      setDraft("");
      setPending(null);
      onChanged();
    } catch (problem) {
      setPending({ id, text });
      onFailed(problem);
    }
    field.current?.focus();
  };
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  if (!open) return html`<p class="hint">This conversation is closed. If the contact writes again, a new one begins.</p>`;
  const words = note ? "Note for colleagues" : "Reply to the contact";
  return html`<form class=${`composer ${note ? "noting" : ""}`} onSubmit=${(event) => (event.preventDefault(), send())}>
    <div class="modes" role="group" aria-label="What to write">
      <button type="button" aria-pressed=${String(!note)} disabled=${!mine} onClick=${() => setNote(false)}>Reply</button>
      <button type="button" aria-pressed=${String(note)} onClick=${() => setNote(true)}>Note</button>
      ${!mine && html`<span class="hint-small">${row.owner === "agent" ? `${row.owner_name} is writing with the contact.` : row.owner === "queue" ? "Waiting for a person." : "The bot is talking."} <button type="button" class="link" onClick=${onClaim}>Take over</button> to reply.</span>`}
    </div>
    <div class="line">
      <textarea ref=${field} rows="1" aria-label=${words} placeholder=${`${words}…`} value=${draft} maxlength="4000" onInput=${(event) => setDraft(event.target.value)} onKeyDown=${onKeyDown}></textarea>
      <button class="button main" disabled=${!draft.trim() || pending === "sending"}>${note ? "Add note" : "Send"}</button>
    </div>
    <p class="hint-small">Enter sends, Shift and Enter begin a new line.</p>
  </form>`;
}

function CloseDialog({ at, onClose }) {
  const [other, setOther] = useState("");
  const [picked, setPicked] = useState(DISPOSITIONS[0]);
  const submit = async (event) => {
    event.preventDefault();
    const word = picked === "other" ? other.trim() : picked;
    if (!word) return;
    if (await onClose(word)) setPicked(DISPOSITIONS[0]);
    at.current.close();
  };
  return html`<dialog class="dialog" ref=${at} aria-labelledby="close-title">
    <form onSubmit=${submit}>
      <h2 id="close-title">Close this conversation</h2>
      <fieldset><legend>How did it end?</legend>
        ${[...DISPOSITIONS, "other"].map((word) => html`<label key=${word} class="radio"><input type="radio" name="disposition" value=${word} checked=${picked === word} onChange=${() => setPicked(word)} />${plain(word)}</label>`)}
        ${picked === "other" && html`<label class="other">In a word or two<input value=${other} maxlength="100" required onInput=${(event) => setOther(event.target.value)} /></label>`}
      </fieldset>
      <div class="dialog-acts"><button type="button" class="button" onClick=${() => at.current.close()}>Cancel</button><button class="button main">Close it</button></div>
    </form>
  </dialog>`;
}

export function Slots({ slots }) {
  if (!slots.length) return html`<p class="nothing">Nothing yet.</p>`;
  return html`<dl class="slots">${slots.map(({ name, value }) => html`<div key=${name}><dt>${plain(name)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function Offered({ answers }) {
  if (!answers.length) return html`<p class="nothing">None.</p>`;
  const said = ({ solved }) => (solved === true ? ["good", "Solved it"] : solved === false ? ["bad", "Did not help"] : ["quiet", "No word"]);
  return html`<ul class="offered">${answers.map((answer, at) => html`<li key=${at}>
    <span class="article">${answer.article}</span> <${Badge} kind=${said(answer)[0]}>${said(answer)[1]}<//>
    ${answer.reason && html`<small>${plain(answer.reason)}</small>`}
    ${answer.query && html`<small>“${answer.query}”</small>`}</li>`)}</ul>`;
}

/** Other channels of the same person. */
function AlsoOn({ links, provenBy, lead, busy, onUnlink }) {
  if (!links.length && !provenBy) return null;
  return html`<h3>Also on</h3>
    ${provenBy && html`<p class="hint-small">For this call, proven by a code from ${channelName(provenBy)}.</p>`}
    <ul class="links">${links.map((link) => html`<li key=${link.external_id}>${channelName(link.channel)} <small>linked since <${Time} at=${link.since} /></small></li>`)}</ul>
    ${lead && links.length > 0 && !provenBy && html`<button type="button" class="link" disabled=${busy} onClick=${onUnlink}>Unlink this channel</button>`}`;
}

function Facts({ detail, me, busy, open, onTicket, onUnlink }) {
  const { conversation: row, slots, offered, tickets } = detail;
  const lead = me.role === "lead" || me.role === "admin";
  return html`<aside class=${`facts ${open ? "open" : ""}`} id="facts" aria-label="Details">
    <h3>Tickets</h3>
    ${tickets.length
      ? html`<ul class="tickets">${tickets.map((ticket) => html`<li key=${ticket.code}><button type="button" class="link code" onClick=${() => onTicket(ticket.code)}>${grouped(ticket.code)}</button> <${Priority} of=${ticket.priority} /><small>${ticket.subject}</small></li>`)}</ul>`
      : html`<p class="nothing">None.</p>`}
    <${AlsoOn} links=${detail.also_on} provenBy=${detail.proven_by} lead=${lead} busy=${busy} onUnlink=${onUnlink} />
    <h3>What the contact told us</h3><${Slots} slots=${slots} />
    <h3>Offered from the FAQ</h3><${Offered} answers=${offered} />
    <h3>Conversation</h3>
    <dl class="slots">
      <div><dt>Began</dt><dd><${Time} at=${row.created} /></dd></div>
      <div><dt>Flow</dt><dd>${row.flow}</dd></div>
      <div><dt>Channel</dt><dd>${channelName(row.channel)}</dd></div>
      <div><dt>Its own id</dt><dd class="id">${row.external_id}</dd></div>
    </dl>
  </aside>`;
}
