// The agents' desk: who is logged in, what is listed, what is open. Views are in the files beside.

import { render } from "../vendor/preact.js";
import { useCallback, useEffect, useMemo, useRef, useState } from "../vendor/hooks.js";
import { api, listen, onLoggedOut } from "./api.js";
import { Conversation } from "./conversation.js";
import { Conversations, Tabs, Tickets, belongs } from "./list.js";
import { LogIn } from "./login.js";
import { Empty, Icon, Problem, contactName, html, useKept } from "./parts.js";
import { Refused } from "./refused.js";
import { chime } from "./sound.js";
import { Ticket } from "./ticket.js";

/** The address after # names what is open: #c/ID, #t/CODE or #tickets. */
function readPlace() {
  const [kind, id] = location.hash.slice(1).split("/").map(decodeURIComponent);
  if (kind === "c" && id) return { conversation: id };
  if (kind === "t" && id) return { tickets: true, ticket: id };
  return { tickets: kind === "tickets" };
}

function usePlace() {
  const [place, set] = useState(readPlace);
  useEffect(() => {
    const read = () => set(readPlace());
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  const go = (to) => {
    location.hash = to.conversation ? `c/${to.conversation}` : to.ticket ? `t/${to.ticket}` : to.tickets ? "tickets" : "";
  };
  return [place, go];
}

function App() {
  const [me, setMe] = useState(undefined);
  const [why, setWhy] = useState("");
  const [error, setError] = useState(null);
  const look = () => api.me().then(setMe, (failed) => (failed.status === 401 ? setMe(null) : setError(failed)));
  useEffect(() => {
    onLoggedOut(() => {
      setWhy(leaving.current ? "You are logged out." : "Your log-in has ended. Please log in again; your drafts are kept.");
      setMe(null);
    });
    look();
  }, []);
  // The stream ends with the log-in, before or after the answer comes: either way it was meant.
  const leaving = useRef(false);
  const logOut = async () => {
    leaving.current = true;
    await api.logOut().catch(() => {});
    setWhy("You are logged out.");
    setMe(null);
  };
  const logIn = (me) => {
    leaving.current = false;
    setMe(me);
  };
  if (error) return html`<main class="login"><${Problem} error=${error} onRetry=${() => (setError(null), look())} /></main>`;
  if (me === undefined) return html`<p class="loading">Loading…</p>`;
  if (!me) return html`<${LogIn} why=${why} onDone=${logIn} />`;
  return html`<${Desk} me=${me} onMe=${setMe} onLogOut=${logOut} />`;
}

/** Rows by id, with those that came replacing those that were. */
function merged(rows, fresh) {
  const by = new Map(rows.map((row) => [row.id, row]));
  for (const row of fresh) by.set(row.id, row);
  return [...by.values()];
}

function Desk({ me, onMe, onLogOut }) {
  const [place, go] = usePlace();
  const [view, setView] = useKept("view", "waiting");
  const [rows, setRows] = useState([]);
  const [tickets, setTickets] = useState(null);
  const [listError, setListError] = useState(null);
  const [up, setUp] = useState(true);
  const [said, say] = useState("");
  const [seen, setSeen] = useKept("seen", {}, localStorage);
  const [sound, setSound] = useKept("sound", false, localStorage);
  const [tick, setTick] = useState(0);
  const [line, setLine] = useState(0);
  const now = useRef();
  now.current = { place, sound, rows, me };

  const readLists = useCallback(async () => {
    try {
      const [open, closed, all] = await Promise.all([api.conversations("all"), api.conversations("closed"), api.tickets()]);
      setRows([...open, ...closed]);
      setTickets(all);
      setListError(null);
    } catch (failed) {
      setListError(failed);
    }
  }, []);

  useEffect(() => {
    const change = ({ conversations, tickets: too }) => {
      tellOfWaiting(now.current, conversations, say);
      setRows((rows) => merged(rows, conversations));
      if (conversations.some((row) => row.id === now.current.place.conversation)) setTick((tick) => tick + 1);
      if (too) api.tickets().then(setTickets, () => {});
    };
    const reset = () => (readLists(), setTick((tick) => tick + 1));
    return listen({ change, reset, line: setUp, again: () => setLine((line) => line + 1) });
  }, [line]);

  const counts = useMemo(() => ({ waiting: count("waiting"), mine: count("mine") }), [rows, me.name]);
  function count(view) {
    return rows.filter((row) => belongs(row, view, me.name)).length;
  }
  useEffect(() => {
    document.title = counts.waiting ? `(${counts.waiting}) Desk · Vestibule` : "Desk · Vestibule";
  }, [counts.waiting]);

  const open = useDetail(place, tick);
  useEffect(() => {
    const row = open.detail?.conversation;
    if (row && row.seq > (seen[row.id] ?? 0)) setSeen({ ...recent(seen), [row.id]: row.seq });
  }, [open.detail]);

  const choose = async (presence) => {
    try {
      onMe({ ...me, ...(await api.presence(presence)) });
    } catch (failed) {
      say(failed.message);
    }
  };
  const chosen = place.conversation || place.ticket;
  return html`<div class=${`desk ${chosen ? "has-chosen" : ""}`}>
    <a class="button skip" href="#main" onClick=${(event) => (event.preventDefault(), document.getElementById("main").focus())}>To the open conversation</a>
    <${Top} me=${me} place=${place} go=${go} sound=${sound} onSound=${() => setSound(!sound)} onPresence=${choose} onLogOut=${onLogOut} />
    ${!up && html`<p class="banner" role="status">The connection is gone. Trying again…</p>`}
    <${Refused} />
    <div class="panes">
      <nav class="list-pane" aria-label=${place.tickets ? "Tickets" : "Conversations"}>
        <${Problem} error=${listError} onRetry=${readLists} />
        ${place.tickets
          ? html`<div class="list" id="list"><${Tickets} tickets=${tickets} chosen=${place.ticket} onChoose=${(ticket) => go({ ticket })} /></div>`
          : html`<${Tabs} view=${view} counts=${counts} onView=${setView} />
            <div class="list" id="list" role="tabpanel" aria-labelledby=${`tab-${view}`}><${Conversations} rows=${rows} view=${view} me=${me.name} chosen=${place.conversation} seen=${seen} onChoose=${(conversation) => go({ conversation })} /></div>`}
      </nav>
      <main id="main" tabindex="-1">
        ${place.conversation
          ? html`<${Conversation} ...${open} me=${me} say=${say} onChanged=${() => setTick(tick + 1)} onTicket=${(ticket) => go({ ticket })} onBack=${() => go({})} />`
          : place.ticket
            ? html`<${Ticket} ...${open} onConversation=${(conversation) => go({ conversation })} onBack=${() => go({ tickets: true })} />`
            : html`<${Empty} icon=${place.tickets ? "ticket" : "web"} title=${place.tickets ? "Choose a ticket" : "Choose a conversation"}>${place.tickets ? "You see what was said, what was tried and what happened since." : "You can watch it live, take over, and hand back to the bot."}<//>`}
      </main>
    </div>
    <p class="out" role="status">${said}</p>
  </div>`;
}

/** What is open, read anew at each tick. */
function useDetail(place, tick) {
  const [state, set] = useState({});
  const [again, setAgain] = useState(0);
  const key = place.conversation ? `c/${place.conversation}` : place.ticket ? `t/${place.ticket}` : "";
  useEffect(() => {
    let stale = false;
    if (!key) return;
    const read = place.conversation ? api.conversation(place.conversation) : api.ticket(place.ticket);
    read.then(
      (detail) => stale || set({ key, detail }),
      (error) => stale || set((state) => (state.key === key && state.detail ? state : { key, error })),
    );
    return () => (stale = true);
  }, [key, tick, again]);
  const shown = state.key === key ? state : {};
  return { detail: shown.detail, error: shown.error, onRetry: () => setAgain(again + 1) };
}

/** Says once that somebody new is waiting, or that one's own contact wrote. */
function tellOfWaiting({ sound, rows, me, place }, fresh, say) {
  const before = new Map(rows.map((row) => [row.id, row]));
  const waiting = fresh.filter((row) => row.owner === "queue" && row.life !== "closed" && before.get(row.id)?.owner !== "queue");
  const wrote = fresh.filter((row) => belongs(row, "mine", me.name) && row.seq > (before.get(row.id)?.seq ?? 0) && row.id !== place.conversation);
  if (waiting.length) say(waiting.length === 1 ? `${contactName(waiting[0])} is waiting for a person.` : `${waiting.length} people are waiting.`);
  else if (wrote.length) say(wrote.length === 1 ? `${contactName(wrote[0])} wrote.` : `${wrote.length} of your contacts wrote.`);
  if (sound && (waiting.length || wrote.length)) chime();
}

/** Marks of the last conversations only: storage is small. */
const recent = (seen) => Object.fromEntries(Object.entries(seen).slice(-500));

function Top({ me, place, go, sound, onSound, onPresence, onLogOut }) {
  const tab = (tickets, name) => html`<button type="button" aria-current=${Boolean(place.tickets) === tickets ? "page" : undefined} onClick=${() => go({ tickets })}>${name}</button>`;
  return html`<header class="top">
    <a class="brand" href="/desk" aria-label="Vestibule, agents’ desk"><img src="/assets/icon.svg" alt="" /><span>Vestibule</span></a>
    <div class="sections" role="navigation" aria-label="Sections">${tab(false, "Conversations")}${tab(true, "Tickets")}<a href="/desk/flows">Flows</a><a href="/desk/answers">Answers</a><a href="/desk/gaps">Gaps</a></div>
    <div class="who">
      <button type="button" class="button quiet" aria-pressed=${String(sound)} title=${sound ? "Sound is on" : "Sound is off"} onClick=${onSound}><${Icon} of=${sound ? "bell" : "mute"} /><span class="out">Sound</span></button>
      <label class=${`presence presence-${me.presence}`}><span class="out">Your presence</span>
        <select value=${me.presence === "offline" ? "online" : me.presence} onChange=${(event) => onPresence(event.target.value)}>
          <option value="online">Online</option><option value="busy">Busy</option><option value="away">Away</option>
        </select></label>
      <span class="name" title=${me.role}>${me.name}</span>
      <button type="button" class="button" onClick=${onLogOut}>Log out</button>
    </div>
  </header>`;
}

render(html`<${App} />`, document.getElementById("desk"));
