// One chat with the server: opens it, keeps its token for this tab, sends each message until it has arrived, and gets
// what is said, each once and in order. Knows nothing of the page.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** A connection from which nothing came for so long is looked at anew. */
const QUIET = 60_000;

/** A refusal that trying again will not change. */
export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function freshId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Only secure pages have the former.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wait(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

export class Chat {
  /**
   * base: the server's address, ending in a slash. key: where the tab's storage keeps the chat.
   * tell: {messages(list), state(word), sent(id), refused(id, error), notice(word)}.
   */
  constructor({ base, key = "vestibule.chat", locale, flow, context, tell }) {
    Object.assign(this, { base, key, locale, flow, context, tell });
    this.queue = [];
    this.last = 0;
    this.run = 0;
    this.failures = 0;
    this.wake = () => this.#lookNow();
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
  }

  /** Goes on with the tab's chat, or opens one. */
  async start() {
    const run = ++this.run;
    this.tell.state("connecting");
    const kept = this.#kept();
    if (kept) {
      this.token = kept.token;
      this.locale = kept.locale || this.locale;
      this.#connect(run);
      return;
    }
    for (this.failures = 0; run === this.run; ) {
      try {
        const body = { locale: this.locale, flow: this.flow, context: this.context };
        const opened = await this.#call("POST", "chat/conversations", body);
        if (run !== this.run) return;
        this.token = opened.token;
        this.#keep();
        this.#take(opened.messages);
        this.#connect(run);
        return;
      } catch (error) {
        if (run !== this.run) return;
        this.tell.state(navigator.onLine === false ? "offline" : "unavailable");
        await wait(this.#pause(error));
      }
    }
  }

  /** Forgets this chat and opens another. */
  restart(locale) {
    this.stop();
    this.locale = locale;
    this.queue = [];
    this.last = 0;
    this.#forget();
    return this.start();
  }

  /** Ends the connection; the chat stays kept for the tab. */
  stop() {
    this.run++;
    this.socket?.close();
    this.socket = null;
    clearTimeout(this.timer);
    clearInterval(this.poll);
  }

  /** {text} or {choice, turn, conversation, revision}. Returns the id by which `sent` and `refused` speak of it. */
  send(saying) {
    const message = { client_id: freshId(), ...saying };
    this.queue.push(message);
    this.#push();
    return message.client_id;
  }

  // --- the line down

  #connect(run) {
    if (run !== this.run) return;
    this.tell.state(this.failures ? "offline" : "connecting");
    const address = new URL("chat/ws", this.base);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address, "vestibule.chat");
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ token: this.token, after: this.last, own: true }));
    socket.onmessage = (event) => this.#frame(run, socket, JSON.parse(event.data));
    socket.onclose = () => {
      if (run !== this.run || this.socket !== socket) return;
      this.ready = false;
      this.socket = null;
      this.tell.state("offline");
      this.timer = setTimeout(() => this.#connect(run), this.#pause());
      // Where sockets do not get through, asking does.
      if (this.failures >= 2) this.#ask(run);
    };
  }

  #frame(run, socket, frame) {
    if (run !== this.run || this.socket !== socket) return;
    this.heard = Date.now();
    if (frame.ready) {
      this.ready = true;
      this.failures = 0;
      this.tell.state("online");
      this.inFlight = null;
      this.#push();
    }
    if (frame.messages) this.#take(frame.messages);
    if (frame.done) this.#done(frame.done);
    if (frame.error) this.#trouble(run, frame);
  }

  #trouble(run, { error, client_id: id }) {
    if (error.code === "bad_token") return this.#lost();
    if (!id) return;
    const again = error.code === "too_fast" || error.code === "busy" || error.code === "internal";
    if (!again) return this.#refuse(id, error);
    if (error.code === "too_fast") this.tell.notice("fast");
    this.timer = setTimeout(() => {
      if (run !== this.run) return;
      this.inFlight = null;
      this.#push();
    }, 1_000);
  }

  async #ask(run) {
    try {
      const { messages } = await this.#call("GET", `chat/messages?after=${this.last}&own=true`);
      if (run !== this.run) return;
      this.#take(messages);
      for (const message of [...this.queue]) {
        const told = await this.#call("POST", "chat/messages", message);
        if (run !== this.run) return;
        this.#done(message.client_id);
        this.#take(told.messages);
      }
    } catch (error) {
      if (run !== this.run) return;
      if (error.status === 401) this.#lost();
      else if (error instanceof Refused && error.status < 500 && error.status !== 429 && this.queue[0]) {
        this.#refuse(this.queue[0].client_id, error);
      }
    }
  }

  // --- the line up: one message at a time, so that their order holds

  #push() {
    const next = this.queue[0];
    if (!next || !this.ready || this.inFlight === next.client_id) return;
    this.inFlight = next.client_id;
    this.socket.send(JSON.stringify(next));
  }

  #done(id) {
    const before = this.queue.length;
    this.queue = this.queue.filter((message) => message.client_id !== id);
    this.inFlight = null;
    if (this.queue.length < before) this.tell.sent(id);
    this.#push();
  }

  #refuse(id, error) {
    this.queue = this.queue.filter((message) => message.client_id !== id);
    this.inFlight = null;
    this.tell.refused(id, error);
    this.#push();
  }

  // --- what came

  #take(messages) {
    const fresh = messages.filter((message) => message.seq > this.last);
    if (!fresh.length) return;
    this.last = fresh.at(-1).seq;
    this.tell.messages(fresh);
  }

  #lost() {
    this.tell.notice("lost");
    this.restart(this.locale);
  }

  #lookNow() {
    if (document.hidden || !this.token) return;
    const stale = this.ready && this.heard && Date.now() - this.heard > QUIET;
    if (this.socket && !stale) return;
    clearTimeout(this.timer);
    this.failures = 0;
    const old = this.socket;
    this.socket = null;
    this.ready = false;
    old?.close();
    this.#connect(this.run);
  }

  #pause(error) {
    const asked = error?.retryAfter ? error.retryAfter * 1_000 : 0;
    const grown = Math.min(FIRST_WAIT * 2 ** this.failures++, LONGEST_WAIT);
    return Math.max(asked, grown * (0.7 + Math.random() * 0.6));
  }

  async #call(method, path, body) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    const answer = await fetch(new URL(path, this.base), {
      method,
      headers,
      body: body && JSON.stringify(body),
      credentials: "omit",
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    const refused = new Refused(answer.status, told.error?.code || "failed", told.error?.message || answer.statusText);
    refused.retryAfter = Number(answer.headers.get("Retry-After")) || 0;
    throw refused;
  }

  // --- what the tab keeps; a page without storage simply begins anew when it is loaded again

  #kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) || "null");
    } catch {
      return null;
    }
  }

  #keep() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ token: this.token, locale: this.locale }));
    } catch {
      // As above.
    }
  }

  #forget() {
    this.token = null;
    try {
      sessionStorage.removeItem(this.key);
    } catch {
      // As above.
    }
  }
}
