// The phone in the browser: keys and typed speech in, prompts shown and read aloud.

const WORDS = {
  en: {
    skip: "To the phone", chat: "Chat", desk: "Agents’ desk", pages: "Pages", title: "Phone", keys: "Keypad",
    time: "Length of the call", idle: "Press Call. You hear the same questions as on the phone.",
    back: "back", person: "person", again: "again", words: "Speak, by typing", say: "Say", call: "Call",
    silent: "Say nothing", end: "Hang up", settings: "Settings", language: "Language",
    ask: "Ask me when I call", aloud: "Read aloud", shortcuts: "Keys of my keyboard",
    timing: "Silence counts, as on a real phone", transcript: "What was said", bare: "Nothing yet.",
    ready: "Ready", dialling: "Calling…", connected: "Connected", withPerson: "With a person", queued: "Waiting for a person",
    over: "The call is over", lost: "The call broke off", you: "You", bot: "Desk", agent: "Agent", system: "Desk",
    pressed: "pressed", nothing: "(silence)", hungUp: "You hung up.",
    hintKey: "One key, or speak", hintDigits: "{n} digits, or speak", hintNumber: "Digits, then #, or speak",
    hintPerson: "Speak; they hear you", failed: "That did not arrive. Try it once more.",
    hintTransfer: "The call is put through to {to}. How does that end?", hintRecord: "After the tone: say your message, by typing",
    completed: "They talk", busy: "Busy", no_answer: "No answer", failedCall: "It fails",
  },
  it: {
    skip: "Al telefono", chat: "Chat", desk: "Banco operatori", pages: "Pagine", title: "Telefono", keys: "Tastiera",
    time: "Durata della chiamata", idle: "Premi Chiama. Senti le stesse domande del telefono.",
    back: "indietro", person: "persona", again: "ripeti", words: "Parla, scrivendo", say: "Di’", call: "Chiama",
    silent: "Non dire nulla", end: "Riaggancia", settings: "Impostazioni", language: "Lingua",
    ask: "Chiedimela quando chiamo", aloud: "Leggi ad alta voce", shortcuts: "Tasti della mia tastiera",
    timing: "Il silenzio conta, come al telefono", transcript: "Che cosa si è detto", bare: "Ancora nulla.",
    ready: "Pronto", dialling: "Sto chiamando…", connected: "In linea", withPerson: "Con una persona", queued: "In attesa di una persona",
    over: "La chiamata è finita", lost: "La linea è caduta", you: "Tu", bot: "Assistenza", agent: "Operatore", system: "Assistenza",
    pressed: "tasti", nothing: "(silenzio)", hungUp: "Hai riagganciato.",
    hintKey: "Un tasto, o parla", hintDigits: "{n} cifre, o parla", hintNumber: "Cifre, poi #, o parla",
    hintPerson: "Parla, ti sente", failed: "Non è arrivato. Prova ancora.",
    hintTransfer: "La chiamata passa a {to}. Come finisce?", hintRecord: "Dopo il segnale: di’ il messaggio, scrivendo",
    completed: "Parlano", busy: "Occupato", no_answer: "Nessuna risposta", failedCall: "Non riesce",
  },
  de: {
    skip: "Zum Telefon", chat: "Chat", desk: "Mitarbeiterbereich", pages: "Seiten", title: "Telefon", keys: "Tastenfeld",
    time: "Dauer des Anrufs", idle: "Drücken Sie Anrufen. Sie hören dieselben Fragen wie am Telefon.",
    back: "zurück", person: "Mensch", again: "noch mal", words: "Sprechen, durch Tippen", say: "Sagen", call: "Anrufen",
    silent: "Nichts sagen", end: "Auflegen", settings: "Einstellungen", language: "Sprache",
    ask: "Beim Anruf fragen", aloud: "Vorlesen", shortcuts: "Tasten meiner Tastatur",
    timing: "Stille zählt, wie am Telefon", transcript: "Was gesagt wurde", bare: "Noch nichts.",
    ready: "Bereit", dialling: "Es wird gewählt…", connected: "Verbunden", withPerson: "Mit einem Menschen", queued: "Warten auf einen Menschen",
    over: "Der Anruf ist zu Ende", lost: "Die Verbindung ist abgebrochen", you: "Sie", bot: "Kundendienst", agent: "Mitarbeiter", system: "Kundendienst",
    pressed: "gedrückt", nothing: "(Stille)", hungUp: "Sie haben aufgelegt.",
    hintKey: "Eine Taste, oder sprechen", hintDigits: "{n} Ziffern, oder sprechen", hintNumber: "Ziffern, dann #, oder sprechen",
    hintPerson: "Sprechen Sie; man hört Sie", failed: "Das ist nicht angekommen. Versuchen Sie es noch einmal.",
    hintTransfer: "Der Anruf wird zu {to} verbunden. Wie endet das?", hintRecord: "Nach dem Ton: Nachricht sprechen, durch Tippen",
    completed: "Sie sprechen", busy: "Besetzt", no_answer: "Keine Antwort", failedCall: "Es misslingt",
  },
};

const part = (id) => document.getElementById(id);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const voices = "speechSynthesis" in window ? window.speechSynthesis : null;

/** The page's own language: that of its words, English where it has none. */
const spoken = (tag) => [String(tag || "en").toLowerCase().split("-")[0]].find((short) => short in WORDS) ?? "en";

let language = spoken(navigator.language);
/** The call under way: {id, token, step, listen, owner, begun}; null where there is none. */
let call = null;
let digits = "";
let busy = false;
let pending = [];
let quiet = 0;
let ticking = 0;

const t = (key) => WORDS[language][key] ?? WORDS.en[key] ?? key;

function translate() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-t]")) {
    if (node.id !== "prompt" || !call) node.textContent = t(node.dataset.t);
  }
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  showState();
  showHint();
}

function remembered(id, fallback) {
  const box = part(id);
  try {
    box.checked = (localStorage.getItem(`phone.${id}`) ?? fallback) === "yes";
  } catch {
    box.checked = fallback === "yes";
  }
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(`phone.${id}`, box.checked ? "yes" : "no");
    } catch { /* Without storage it holds for this visit. */ }
    if (id === "aloud" && !box.checked) voices?.cancel();
    if (id === "timing") listenForSilence();
  });
}

function identifier() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Asks the desk; the same request again where the line fails, since it has a name and is taken once. */
async function ask(path, body, token) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(path, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (answer.ok) return await answer.json();
      if (answer.status < 500) throw Object.assign(new Error("refused"), { gone: answer.status === 404 });
    } catch (error) {
      if (error.message === "refused") throw error;
    }
    if (attempt >= 4) throw new Error("unreachable");
    await wait(attempt * 700);
  }
}

function note(who, text, options = {}) {
  part("bare").hidden = true;
  const item = document.createElement("div");
  item.className = options.kind ?? who;
  if (options.lang) item.lang = options.lang;
  if (who) {
    const name = document.createElement("b");
    name.textContent = t(who);
    name.lang = language;
    item.append(name);
  }
  item.append(text);
  const log = part("log");
  log.append(item);
  log.scrollTop = log.scrollHeight;
}

function readAloud(says) {
  if (!voices || !part("aloud").checked) return;
  for (const said of says) {
    const speech = new SpeechSynthesisUtterance(said.text);
    speech.lang = { en: "en-US", it: "it-IT", de: "de-DE" }[said.locale] ?? said.locale;
    voices.speak(speech);
  }
}

function showState(text) {
  const owners = { bot: "connected", queue: "queued", agent: "withPerson" };
  part("state").textContent = text ?? (call ? t(owners[call.owner] ?? "connected") : t("ready"));
  part("lamp").className = `lamp${call ? " on" : ""}${call?.owner === "agent" ? " person" : ""}`;
  for (const [id, on] of [["call", !call], ["end", call], ["silent", call], ["say", call]]) {
    part(id).setAttribute("aria-disabled", String(!on));
  }
}

function showHint() {
  part("digits").textContent = digits;
  const listen = call?.listen;
  let text = "";
  if (listen?.transfer) text = t("hintTransfer").replace("{to}", listen.transfer);
  else if (listen?.record) text = t("hintRecord");
  else if (listen?.person) text = call.owner === "bot" ? "…" : t("hintPerson");
  else if (listen?.one_key) text = t("hintKey");
  else if (listen?.digits) text = t("hintDigits").replace("{n}", listen.digits);
  else if (listen) text = t("hintNumber");
  part("hint").textContent = text;
}

function showTime() {
  const seconds = call ? Math.floor((Date.now() - call.begun) / 1000) : 0;
  part("time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function show(reply) {
  call.step = reply.step;
  call.listen = reply.listen;
  call.owner = reply.owner;
  digits = "";
  for (const said of reply.says) note(said.from, said.text, { lang: said.locale });
  if (reply.says.length > 0) {
    const last = reply.says.at(-1);
    part("prompt").lang = last.locale;
    part("prompt").textContent = reply.says.map((said) => said.text).join(" ");
    readAloud(reply.says);
  }
  if (reply.listen.transfer) showEnds();
  else if (reply.options.length > 0 || reply.says.length > 0) showOptions(reply.options);
  if (reply.over) return finish(t("over"));
  showState();
  showHint();
  listenForSilence();
  if (reply.listen.person) stayInTouch();
}

function showOptions(options) {
  part("options").replaceChildren(...options.map(({ key, label }) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const mark = document.createElement("b");
    mark.textContent = key;
    button.type = "button";
    button.append(mark, label);
    button.addEventListener("click", () => (key.length === 1 ? press(key) : send({ keys: key })));
    item.append(button);
    return item;
  }));
}

/** Nobody is called from here: whoever tries the flow says how the transfer ends. */
function showEnds() {
  const ends = { completed: "completed", busy: "busy", no_answer: "no_answer", failed: "failedCall" };
  part("options").replaceChildren(...Object.entries(ends).map(([end, words]) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.append(t(words));
    button.addEventListener("click", () => send({ transferred: end }, t(words)));
    item.append(button);
    return item;
  }));
}

function finish(text) {
  call = null;
  digits = "";
  pending = [];
  clearTimeout(quiet);
  clearInterval(ticking);
  showOptions([]);
  note("", text, { kind: "note" });
  showState(text);
  showHint();
}

async function begin() {
  if (call || busy) return;
  busy = true;
  voices?.cancel();
  part("log").replaceChildren();
  showState(t("dialling"));
  try {
    const reply = await ask("/phone/calls", { locale: part("locale").value || null });
    call = { id: reply.call, token: reply.token, begun: Date.now() };
    ticking = setInterval(showTime, 1000);
    showTime();
    show(reply);
  } catch {
    note("", t("failed"), { kind: "note wrong" });
    showState();
  } finally {
    busy = false;
  }
}

/** One step: `given` is keys, speech, silence or a poll. One after the other, in order. */
async function send(given, shown) {
  if (!call) return;
  if (busy) {
    if (!given.poll) pending.push([given, shown]);
    return;
  }
  busy = true;
  clearTimeout(quiet);
  if (!given.poll) voices?.cancel();
  if (shown) note("you", shown);
  const here = call;
  try {
    const reply = await ask(`/phone/calls/${here.id}/steps`, { client_id: identifier(), step: here.step, ...given }, here.token);
    if (call === here) show(reply);
  } catch (error) {
    if (call !== here) return;
    if (error.gone) finish(t("lost"));
    else note("", t("failed"), { kind: "note wrong" });
  } finally {
    busy = false;
  }
  const next = pending.shift();
  if (next) send(...next);
}

const sendKeys = (keys) => send({ keys }, `${t("pressed")} ${keys}`);

function press(key) {
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button?.classList.add("down");
  setTimeout(() => button?.classList.remove("down"), 140);
  if (!call) return;
  voices?.cancel();
  const { one_key: oneKey, digits: count } = call.listen;
  if (oneKey || (digits === "" && (key === "*" || key === "#"))) return sendKeys(key);
  if (key === "#") return sendKeys(digits);
  digits += key;
  showHint();
  if (count && digits.length >= count) return sendKeys(digits);
  listenForSilence();
}

/** After so many seconds without a key a real phone sends what there is, or tells of silence. */
function listenForSilence() {
  clearTimeout(quiet);
  if (!call || !part("timing").checked || call.listen.person || call.listen.transfer) return;
  quiet = setTimeout(() => {
    // Not while the prompt is still being read.
    if (voices?.speaking) return listenForSilence();
    if (digits) sendKeys(digits);
    else send({ silence: true }, t("nothing"));
  }, call.listen.wait * 1000);
}

/** While a person is on the other side: fetch what they wrote, as soon as they wrote it. */
async function stayInTouch() {
  const here = call;
  if (here.watching) return;
  here.watching = true;
  try {
    while (call === here && here.listen.person) {
      await ask(`/phone/calls/${here.id}/wait`, undefined, here.token);
      if (call === here && here.listen.person) await send({ poll: true });
      // A poll gives way to what is being said.
      if (busy) await wait(300);
    }
  } catch {
    if (call === here) finish(t("lost"));
  } finally {
    here.watching = false;
  }
}

async function hangUp() {
  if (!call) return;
  const here = call;
  voices?.cancel();
  finish(t("hungUp"));
  part("call").focus();
  try {
    await ask(`/phone/calls/${here.id}/hangup`, {}, here.token);
  } catch { /* The desk notices by itself after a while. */ }
}

part("keys").addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]");
  if (button) press(button.dataset.key);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !part("shortcuts").checked) return;
  if (event.target.closest("input[type=text], select, textarea")) return;
  if (/^[0-9*#]$/.test(event.key)) {
    event.preventDefault();
    press(event.key);
  }
});
part("speak").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = part("words").value.trim();
  if (!words || !call) return;
  part("words").value = "";
  send({ speech: words }, words);
});
part("call").addEventListener("click", begin);
part("end").addEventListener("click", hangUp);
part("silent").addEventListener("click", () => send({ silence: true }, t("nothing")));
part("locale").addEventListener("change", (event) => {
  if (event.target.value) language = spoken(event.target.value);
  translate();
});
window.addEventListener("pagehide", () => {
  if (!call) return;
  fetch(`/phone/calls/${call.id}/hangup`, {
    method: "POST", keepalive: true, body: "{}",
    headers: { "content-type": "application/json", authorization: `Bearer ${call.token}` },
  });
});

/** The languages that the desk speaks, each in itself. */
async function offerLanguages() {
  const settings = await fetch("/chat/settings").then((answer) => answer.json()).catch(() => null);
  for (const tag of settings?.locales ?? Object.keys(WORDS)) {
    const option = document.createElement("option");
    Object.assign(option, { value: tag, lang: tag, textContent: nameOf(tag) });
    part("locale").append(option);
  }
}

function nameOf(tag) {
  try {
    const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag);
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    return tag;
  }
}

offerLanguages();
remembered("aloud", "yes");
remembered("shortcuts", "yes");
remembered("timing", "no");
part("aloud-label").hidden = !voices;
translate();
