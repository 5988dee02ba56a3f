// The desk's API: calls that carry the log-in's token, and the stream of changes.

export class Failed extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let csrf = "";
let loggedOut = () => {};

/** `then` is called once the log-in has ended. */
export function onLoggedOut(then) {
  loggedOut = then;
}

async function call(method, path, body) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  let answer;
  try {
    answer = await fetch(`/api/${path}`, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
  } catch {
    throw new Failed(0, "offline", "The desk cannot be reached. Check your connection.");
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  if (answer.status === 401 && path !== "login" && path !== "me") loggedOut();
  throw new Failed(answer.status, told.error?.code || "failed", told.error?.message || "That did not work.");
}

async function remembering(promise) {
  const me = await promise;
  csrf = me.csrf;
  return me;
}

/** What is given, as a query. */
const given = (asked) => new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
const conversation = (id, act) => `conversations/${encodeURIComponent(id)}${act ? `/${act}` : ""}`;

export const api = {
  me: () => remembering(call("GET", "me")),
  logIn: (name, password) => remembering(call("POST", "login", { name, password })),
  logOut: () => call("POST", "logout", {}),
  conversations: (view) => call("GET", `conversations?view=${view}`).then((told) => told.conversations),
  conversation: (id) => call("GET", conversation(id)),
  claim: (id) => call("POST", conversation(id, "claim"), {}),
  reply: (id, client_id, text) => call("POST", conversation(id, "reply"), { client_id, text }),
  note: (id, client_id, text) => call("POST", conversation(id, "note"), { client_id, text }),
  handBack: (id) => call("POST", conversation(id, "hand-back"), {}),
  putThrough: (id, to) => call("POST", conversation(id, "put-through"), { to }),
  close: (id, disposition) => call("POST", conversation(id, "close"), { disposition }),
  unlink: (id) => call("POST", conversation(id, "unlink"), {}),
  tickets: () => call("GET", "tickets").then((told) => told.tickets),
  ticket: (code) => call("GET", `tickets/${encodeURIComponent(code)}`),
  flows: () => call("GET", "flows"),
  flow: (name, asked) => call("GET", `flows/${encodeURIComponent(name)}?${given(asked)}`),
  preview: (name, step, locale) => call("GET", `flows/${encodeURIComponent(name)}/preview?${given({ step, locale })}`),
  simulate: (turn) => call("POST", "simulate", turn),
  asTest: (had) => call("POST", "simulate/test", had),
  playbook: () => call("GET", "playbook"),
  gaps: (asked) => call("GET", `answers/gaps?${given(asked)}`),
  resolutions: (ids) => call("GET", `answers/resolutions?conversations=${ids.join(",")}`),
  figures: (asked) => call("GET", `answers/figures?${given(asked)}`),
  proposals: () => call("GET", "answers/proposals"),
  propose: (proposed) => call("POST", "answers/proposals", proposed),
  approve: (id) => call("POST", `answers/proposals/${id}/approve`, {}),
  refuseProposal: (id, note) => call("POST", `answers/proposals/${id}/refuse`, { note }),
  renewProposal: (id) => call("POST", `answers/proposals/${id}/renew`, {}),
  presence: (presence) => call("POST", "presence", { presence }),
};

export function freshId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Opens the stream of changes; returns what closes it. tell: {change(told), reset(), line(up)}. */
export function listen(tell) {
  const stream = new EventSource("/api/events");
  stream.onopen = () => tell.line(true);
  stream.onerror = () => {
    tell.line(false);
    // A stream that was refused stays closed: most likely the log-in is gone.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => api.me().then(() => tell.again(), onRefused), 2_000);
  };
  const onRefused = (error) => (error.status === 401 ? loggedOut() : tell.again());
  stream.addEventListener("change", (event) => tell.change(JSON.parse(event.data)));
  stream.addEventListener("reset", () => tell.reset());
  stream.addEventListener("bye", () => {
    stream.close();
    loggedOut();
  });
  return () => stream.close();
}
