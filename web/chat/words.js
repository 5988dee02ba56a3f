// What the pages say by themselves, in each language that they speak.

const EN = {
  name: "English",
  title: "Support",
  hello: "We usually answer at once",
  log: "Messages",
  write: "Write a message",
  send: "Send",
  again: "New conversation",
  againSure: "Start a new conversation? This one will be closed on this page.",
  yes: "Start anew",
  no: "Stay here",
  language: "Language",
  languageNew: "This conversation goes on in its own language.",
  languageStart: "Start a new one in English",
  connecting: "Connecting…",
  offline: "No connection. We keep trying; nothing you write is lost.",
  lost: "That conversation is no longer here. A new one has begun.",
  fast: "That was a little fast. Your message goes out in a moment.",
  failed: "This could not be sent.",
  unavailable: "The chat is not available just now. We keep trying.",
  you: "You",
  bot: "Assistant",
  agent: "Support agent",
  answer: "Suggested answer",
  options: "Choose one",
  typing: "Writing…",
  left: (n) => `${n} characters left`,
  long: (n) => `${n} characters too many`,
  open: "Open the chat",
  close: "Close the chat",
  fresh: (n) => (n === 1 ? "1 new message" : `${n} new messages`),
  more: "Read more",
  image: "Picture",
};

const IT = {
  name: "Italiano",
  title: "Assistenza",
  hello: "Di solito rispondiamo subito",
  log: "Messaggi",
  write: "Scrivi un messaggio",
  send: "Invia",
  again: "Nuova conversazione",
  againSure: "Iniziare una nuova conversazione? Questa verrà chiusa in questa pagina.",
  yes: "Ricomincia",
  no: "Resta qui",
  language: "Lingua",
  languageNew: "Questa conversazione continua nella sua lingua.",
  languageStart: "Iniziane una nuova in italiano",
  connecting: "Connessione in corso…",
  offline: "Connessione assente. Continuiamo a provare: nulla di ciò che scrivi va perso.",
  lost: "Quella conversazione non c'è più. Ne è iniziata una nuova.",
  fast: "Un po' troppo in fretta. Il messaggio parte tra un momento.",
  failed: "Invio non riuscito.",
  unavailable: "La chat non è disponibile in questo momento. Continuiamo a provare.",
  you: "Tu",
  bot: "Assistente",
  agent: "Operatore",
  answer: "Risposta suggerita",
  options: "Scegli un'opzione",
  typing: "Sta scrivendo…",
  left: (n) => `${n} caratteri rimasti`,
  long: (n) => `${n} caratteri di troppo`,
  open: "Apri la chat",
  close: "Chiudi la chat",
  fresh: (n) => (n === 1 ? "1 nuovo messaggio" : `${n} nuovi messaggi`),
  more: "Leggi di più",
  image: "Immagine",
};

const DE = {
  name: "Deutsch",
  title: "Kundendienst",
  hello: "Wir antworten meist sofort",
  log: "Nachrichten",
  write: "Nachricht schreiben",
  send: "Senden",
  again: "Neues Gespräch",
  againSure: "Ein neues Gespräch beginnen? Dieses wird auf dieser Seite geschlossen.",
  yes: "Neu beginnen",
  no: "Hier bleiben",
  language: "Sprache",
  languageNew: "Dieses Gespräch geht in seiner eigenen Sprache weiter.",
  languageStart: "Ein neues auf Deutsch beginnen",
  connecting: "Verbindung wird aufgebaut…",
  offline: "Keine Verbindung. Wir versuchen es weiter; was Sie schreiben, geht nicht verloren.",
  lost: "Dieses Gespräch gibt es nicht mehr. Ein neues hat begonnen.",
  fast: "Das war ein wenig schnell. Ihre Nachricht geht gleich hinaus.",
  failed: "Das konnte nicht gesendet werden.",
  unavailable: "Der Chat ist gerade nicht verfügbar. Wir versuchen es weiter.",
  you: "Sie",
  bot: "Assistent",
  agent: "Mitarbeiter",
  answer: "Vorgeschlagene Antwort",
  options: "Bitte wählen",
  typing: "Schreibt…",
  left: (n) => `noch ${n} Zeichen`,
  long: (n) => `${n} Zeichen zu viel`,
  open: "Chat öffnen",
  close: "Chat schließen",
  fresh: (n) => (n === 1 ? "1 neue Nachricht" : `${n} neue Nachrichten`),
  more: "Mehr lesen",
  image: "Bild",
};

export const WORDS = { en: EN, it: IT, de: DE };

const short = (tag) => String(tag).toLowerCase().split("-")[0];

/** What the pages say in this language: their own words, else the English ones under the language's own name. */
export function wordsOf(tag) {
  return WORDS[short(tag)] || { ...EN, name: nameOf(tag) };
}

/** A language in itself: Español. */
export function nameOf(tag) {
  if (short(tag) in WORDS) return WORDS[short(tag)].name;
  try {
    const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag);
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    return tag;
  }
}

/** The first of the wanted languages that is offered, else the first that is; offered: those that the pages speak. */
export function pick(wanted, offered = Object.keys(WORDS)) {
  const tags = wanted.map(short);
  const found = tags.map((tag) => offered.find((one) => short(one) === tag)).find(Boolean);
  return found || offered[0] || "en";
}
