// The front page: its words in the reader's language, and the chat.

import { ChatView } from "./chat/view.js";
import { pick } from "./chat/words.js";

const IT = {
  skip: "Vai alla chat",
  pages: "Pagine",
  phone: "Telefono",
  desk: "Area operatori",
  headline: "Come possiamo aiutarti?",
  lead: "Raccontaci che cosa non va, con parole tue. Ricevi subito una risposta; se non basta, apriamo un ticket o chiamiamo una persona.",
  step1: "Chiedi",
  step1text: "Scegli un argomento o scrivi e basta.",
  step2: "Vedi se una risposta basta",
  step2text: "Cerchiamo tra ciò che ha già aiutato altri e ti chiediamo se ha aiutato anche te.",
  step3: "Altrimenti ci pensiamo noi",
  step3text: "Ricevi un codice ticket che vale qui e al telefono, o una persona che legge ciò che hai già scritto.",
  phoneTitle: "Prova il telefono",
  phoneText: "Le stesse domande, con tastiera e voce, nel browser.",
  deskTitle: "Per gli operatori",
  deskText: "Segui le conversazioni, subentra, rispondi, consulta i ticket.",
  foot: "Parli con un programma finché non subentra una persona. Sul tuo sito:",
  title: "Vestibule: assistenza",
};

const DE = {
  skip: "Zum Chat",
  pages: "Seiten",
  phone: "Telefon",
  desk: "Mitarbeiterbereich",
  headline: "Wie können wir helfen?",
  lead: "Sagen Sie uns mit eigenen Worten, was nicht stimmt. Sie bekommen sofort eine Antwort; wenn sie nicht genügt, öffnen wir ein Ticket oder holen einen Menschen dazu.",
  step1: "Fragen",
  step1text: "Wählen Sie ein Thema oder schreiben Sie einfach.",
  step2: "Sehen, ob eine Antwort genügt",
  step2text: "Wir suchen in dem, was anderen geholfen hat, und fragen, ob es auch Ihnen geholfen hat.",
  step3: "Sonst übernehmen wir",
  step3text: "Sie bekommen einen Ticketcode, der hier und am Telefon gilt, oder einen Menschen, der liest, was Sie schon geschrieben haben.",
  phoneTitle: "Das Telefon ausprobieren",
  phoneText: "Dieselben Fragen, mit Tasten und Stimme, im Browser.",
  deskTitle: "Für Mitarbeiter",
  deskText: "Gespräche verfolgen, übernehmen, antworten, Tickets ansehen.",
  foot: "Sie sprechen mit einem Programm, bis ein Mensch übernimmt. Auf Ihrer eigenen Seite:",
  title: "Vestibule: Kundendienst",
};

const marked = [...document.querySelectorAll("[data-t]")];
const EN = Object.fromEntries(marked.map((node) => [node.dataset.t, node.textContent]));
EN.title = document.title;
EN.pages = document.querySelector("[data-label]").getAttribute("aria-label");

function speak(locale) {
  const words = { it: IT, de: DE }[locale.split("-")[0]] || EN;
  document.documentElement.lang = locale;
  document.title = words.title;
  for (const node of marked) node.textContent = words[node.dataset.t];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words[node.dataset.label]);
  keep(locale);
}

function keep(locale) {
  try {
    localStorage.setItem("vestibule.locale", locale);
  } catch {
    // A page without storage asks the browser again next time.
  }
}

function kept() {
  try {
    return localStorage.getItem("vestibule.locale");
  } catch {
    return null;
  }
}

async function begin() {
  const settings = await fetch("/chat/settings").then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  const locales = settings?.locales;
  const locale = pick([kept(), ...(navigator.languages || [navigator.language])].filter(Boolean), locales);
  speak(locale);
  if (settings && !settings.phone) document.querySelectorAll('a[href="/phone"]').forEach((link) => link.remove());
  const into = document.getElementById("chat");
  into.replaceChildren();
  new ChatView(into, { base: `${location.origin}/`, locale, locales, onLocale: speak }).start();
}

begin();
