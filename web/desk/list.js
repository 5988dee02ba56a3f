// The lists at the left: conversations by tab, and tickets.

import { useMemo } from "../vendor/hooks.js";
import { Empty, Icon, Owner, Priority, Time, Badge, channelName, contactName, grouped, html, plain } from "./parts.js";

export const VIEWS = [
  { id: "waiting", name: "Waiting", empty: ["Nobody is waiting", "People who ask for an agent appear here."] },
  { id: "mine", name: "Mine", empty: ["Nothing is yours", "Conversations that you take over appear here."] },
  { id: "all", name: "Open", empty: ["No open conversations", "As soon as somebody writes or calls, you see it here."] },
  { id: "closed", name: "Closed", empty: ["Nothing closed yet", "Conversations that are over appear here."] },
];

/** Whether a row belongs into a view. */
export function belongs(row, view, me) {
  if (view === "closed") return row.life === "closed";
  if (row.life === "closed") return false;
  if (view === "waiting") return row.owner === "queue";
  if (view === "mine") return row.owner === "agent" && row.owner_name === me;
  return true;
}

/** Arrow keys go from tab to tab, as people who use a keyboard expect. */
function onTabKey(event, views, go) {
  const at = views.findIndex((view) => view.id === event.target.dataset.view);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || at < 0) return;
  const next = views[(at + step + views.length) % views.length];
  go(next.id);
  event.currentTarget.querySelector(`[data-view="${next.id}"]`).focus();
}

export function Tabs({ view, counts, onView }) {
  return html`<div class="tabs" role="tablist" aria-label="Conversations" onKeyDown=${(event) => onTabKey(event, VIEWS, onView)}>
    ${VIEWS.map(({ id, name }) => html`<button type="button" role="tab" id=${`tab-${id}`} data-view=${id} aria-controls="list"
      aria-selected=${String(id === view)} tabindex=${id === view ? 0 : -1} onClick=${() => onView(id)}>
      ${name}${counts[id] ? html`<span class="count">${counts[id]}</span>` : ""}</button>`)}
  </div>`;
}

export function Conversations({ rows, view, me, chosen, seen, onChoose }) {
  const shown = useMemo(() => {
    const order = view === "waiting" ? (a, b) => a.updated.localeCompare(b.updated) : (a, b) => b.updated.localeCompare(a.updated);
    return rows.filter((row) => belongs(row, view, me)).sort(order);
  }, [rows, view, me]);
  if (!shown.length) {
    const { empty } = VIEWS.find(({ id }) => id === view);
    return html`<${Empty} icon="inbox" title=${empty[0]}>${empty[1]}<//>`;
  }
  return html`<ul class="rows">${shown.map((row) => html`<${Row} key=${row.id} row=${row} me=${me} chosen=${row.id === chosen}
    unread=${row.owner !== "bot" && row.life !== "closed" && row.seq > (seen[row.id] ?? 0)} onChoose=${onChoose} />`)}</ul>`;
}

function Row({ row, me, chosen, unread, onChoose }) {
  return html`<li><button type="button" class=${`row ${unread ? "unread" : ""}`} aria-current=${chosen ? "true" : undefined} onClick=${() => onChoose(row.id)}>
    <${Icon} of=${row.channel} label=${channelName(row.channel)} />
    <span class="row-main">
      <span class="row-top"><strong>${contactName(row)}</strong><${Time} at=${row.updated} /></span>
      <span class="row-text">${row.last_text || "…"}</span>
      <span class="row-marks"><${Owner} row=${row} me=${me} />${row.tickets.length > 0 && html`<${Badge}>Ticket<//>`}<${Badge} kind="quiet">${row.locale}<//>
        ${unread && html`<span class="dot"><span class="out">unread</span></span>`}</span>
    </span>
  </button></li>`;
}

export function Tickets({ tickets, chosen, onChoose }) {
  if (!tickets) return html`<p class="loading">Loading…</p>`;
  if (!tickets.length) {
    return html`<${Empty} icon="ticket" title="No tickets">A ticket is opened only where the answers did not settle the matter.<//>`;
  }
  return html`<ul class="rows">${tickets.map((ticket) => html`<li key=${ticket.code}>
    <button type="button" class="row" aria-current=${ticket.code === chosen ? "true" : undefined} onClick=${() => onChoose(ticket.code)}>
      <${Icon} of="ticket" />
      <span class="row-main">
        <span class="row-top"><strong class="code">${grouped(ticket.code)}</strong><${Time} at=${ticket.created} /></span>
        <span class="row-text">${ticket.subject}</span>
        <span class="row-marks"><${Priority} of=${ticket.priority} /><${Badge} kind="quiet">${plain(ticket.category)}<//><${Badge} kind="quiet">${plain(ticket.state)}<//></span>
      </span>
    </button></li>`)}</ul>`;
}
