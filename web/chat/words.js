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

export const WORDS = { en: EN, it: IT };

/** The first of these languages that the pages speak; English where none is. */
export function pick(wanted) {
  const short = wanted.map((tag) => String(tag).toLowerCase().split("-")[0]);
  return short.find((tag) => tag in WORDS) || "en";
}
