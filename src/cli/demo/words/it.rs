//! Italian.

use super::super::plan::Matter;
use super::{Manners, Words};

pub(super) fn words(matter: Matter) -> &'static Words {
    match matter {
        Matter::Network => &NETWORK,
        Matter::Devices => &DEVICES,
        Matter::Access => &ACCESS,
        Matter::Billing => &BILLING,
        Matter::Orders => &ORDERS,
        Matter::Other => &OTHER,
    }
}

static NETWORK: Words = Words {
    asks: &[
        "da stamattina non va internet",
        "In camera il Wi-Fi prende pochissimo, cosa posso fare?",
        "stasera è tutto lentissimo",
        "il wifi si stacca ogni cinque minuti",
        "Cosa vuol dire la luce rossa sul router?",
        "Dove leggo la chiave del Wi-Fi? È arrivata mia sorella e vuole collegarsi",
        "nn va internet, gia riaviato il modem 2 volte",
    ],
    faults: &[
        "Ogni sera verso le nove cade la linea e torna da sola intorno a mezzanotte, ormai da due settimane.",
        "Martedì è venuto il tecnico e da allora l'upload va peggio di prima",
        "Le videochiamate si bloccano, anche se il test di velocità è perfetto sia col cavo sia in Wi-Fi",
        "Sulla linea c'è un forte ronzio e il router perde il segnale quando piove",
        "Dei muratori hanno tagliato un cavo davanti a casa e ora tutta la scala è isolata.",
        "Il router si riavvia da solo cinque o sei volte al giorno, ho già cambiato l'alimentatore",
        "la conessione cade ogni volta ke squilla il telefono, aiuto",
    ],
    details: &["Rossa", "Arancione", "Spenta", "Verde"],
    exchanges: &[
        (
            "Succede anche con un computer collegato al router con il cavo?",
            "Sì, con il cavo è uguale. Ho provato con due portatili.",
        ),
        (
            "Mi dici a che ora è caduta l'ultima volta, così la cerco nelle registrazioni della linea?",
            "L'ultima volta è stata ieri sera, pochi minuti dopo le nove.",
        ),
        (
            "Il router è attaccato direttamente alla presa, o c'è in mezzo una prolunga o uno sdoppiatore?",
            "C'era un vecchio sdoppiatore dietro la libreria. Adesso l'ho tolto.",
        ),
        (
            "Posso misurare la tua linea stasera? Resterà ferma una decina di minuti.",
            "Certo, dopo le undici va sempre bene.",
        ),
    ],
    solutions: &[
        "Ho misurato la linea e l'ho spostata su un'altra porta in centrale. Da due ore è stabile.",
        "Stamattina è stato sostituito un connettore guasto nell'armadio in strada. Riavvia il router una \
         volta.",
        "Il router aveva una versione vecchia che si riavviava sotto carico. L'ho aggiornato da qui e ora \
         regge.",
        "Il profilo di velocità della linea era troppo basso. È corretto, ora hai di nuovo la velocità \
         piena.",
    ],
};

static DEVICES: Words = Words {
    asks: &[
        "il telefono non si accende più, lo schermo resta nero",
        "La batteria del cellulare è scarica già a pranzo",
        "Mi è caduto il telefono e il vetro si è crepato, quanto costa cambiarlo?",
        "Ho rovesciato il tè sul tablet, e adesso che faccio?",
        "Come collego il router nuovo che è arrivato oggi?",
        "il mio tablet è ancora in garanzia?",
        "come faccio x riparare il cellulre",
    ],
    faults: &[
        "L'altoparlante gracchia in ogni chiamata, anche dopo l'aggiornamento e un riavvio.",
        "Il tablet tocca le cose da solo, come se scrivesse un fantasma",
        "Il telefono è tornato dalla riparazione e adesso la fotocamera mostra solo un'immagine grigia.",
        "L'alimentatore del router scotta e puzza un po' di bruciato",
        "il ripetitore lampeggia arancione e non si abbina a niente, nemmeno accanto al router",
        "Dopo l'ultimo aggiornamento il telefono si riavvia se apro la fotocamera, l'ho già azzerato due \
         volte",
        "lo scermo sfarfalla e diventa verde, ha solo 3 mesi!!",
    ],
    details: &["telefono Lumo 7", "Lumo Tab 10", "il router bianco di Acme, secondo modello"],
    exchanges: &[
        (
            "Il dispositivo è caduto o si è bagnato prima che cominciasse?",
            "No, è rimasto sempre sul tavolo. È cominciato di notte.",
        ),
        (
            "Quale versione del software vedi in Impostazioni, Informazioni?",
            "C'è scritto quattordici punto due, e che è aggiornato.",
        ),
        (
            "Succede anche in modalità provvisoria, senza altre app aperte?",
            "Ho provato come mi hai detto: in modalità provvisoria è identico.",
        ),
        (
            "Potresti fare a meno del dispositivo per circa una settimana?",
            "Sì, ho ancora quello vecchio nel cassetto.",
        ),
    ],
    solutions: &[
        "È un difetto di materiale coperto dalla garanzia. L'etichetta per il pacco è nella tua posta.",
        "Il pezzo è stato sostituito e provato per un giorno. Il dispositivo sta tornando da te.",
        "In questo caso la riparazione non conviene: questa settimana ricevi uno uguale in sostituzione.",
        "La colpa era di un'impostazione dell'ultimo aggiornamento. Ti ho mandato la correzione, \
         installala stasera.",
    ],
};

static ACCESS: Words = Words {
    asks: &[
        "ho dimenticato la password",
        "dice che il mio account è bloccato",
        "Non arriva la mail con il link per la password",
        "Ho cambiato telefono e non ho più l'app dei codici",
        "Come cambio la mail con cui entro?",
        "Sono cliente ma non ho mai avuto un accesso al portale, come lo creo?",
        "nn riesco a entrare, pasword dimenticata",
    ],
    faults: &[
        "Il portale mi butta fuori un secondo dopo che sono entrato, con tre browser diversi.",
        "Dopo l'accesso vedo il contratto di un'altra persona invece del mio",
        "Io e mia moglie usiamo lo stesso account e da lunedì riesce a entrare solo uno dei due",
        "La pagina resta bianca dopo che scrivo il codice, sia sul telefono sia sul computer",
        "da quando ho traslocato il mio account non mostra più nessun contratto",
        "Ho reimpostato la password quattro volte: ogni volta la accetta e il giorno dopo è di nuovo \
         sbagliata.",
        "l'app da erore 17 e basta, dal pc invece va",
    ],
    details: &["al portale", "all'app", "al portale, dal telefono"],
    exchanges: &[
        (
            "Succede anche in una finestra privata del browser?",
            "In una finestra privata funziona, solo in quella normale no.",
        ),
        (
            "È l'indirizzo e-mail a cui arrivano le fatture?",
            "No, le fatture arrivano in ufficio. Ho usato quello privato.",
        ),
        ("Quando sei entrato l'ultima volta senza problemi?", "Credo venerdì sera."),
        (
            "Che cosa vedi di preciso sullo schermo dopo avere scritto il codice?",
            "Solo il logo e un cerchio che continua a girare.",
        ),
    ],
    solutions: &[
        "Il tuo account esisteva due volte. Li ho uniti e il contratto si vede di nuovo.",
        "Ho chiuso tutte le vecchie sessioni e tolto il blocco. Prova a entrare ancora una volta.",
        "Il secondo passaggio è azzerato. Al prossimo accesso lo configuri da capo.",
        "C'era un errore nostro nell'ultima versione dell'app. Quella corretta è già nello store.",
    ],
};

static BILLING: Words = Words {
    asks: &[
        "Perché questo mese la bolletta è più alta?",
        "la carta è stata rifiutata mentre pagavo",
        "Credo di avere pagato due volte la stessa fattura",
        "Posso pagare un po' alla volta? Tutto insieme è tanto.",
        "Da adesso vorrei pagare con addebito in banca",
        "Dove trovo le vecchie fatture in PDF?",
        "importo sbaliato in bolletta, xke cosi alto",
    ],
    faults: &[
        "Mi fate pagare un ripetitore che ho restituito in primavera.",
        "L'accredito che mi ha promesso il tuo collega non è ancora in fattura",
        "Ho ricevuto un sollecito, ma il bonifico è partito due settimane fa",
        "Secondo la fattura la mia promozione è finita con sei mesi di anticipo",
        "C'è una chiamata a un numero a pagamento che qui non ha fatto nessuno",
        "Avete addebitato sul mio vecchio conto, chiuso da un anno, e adesso volete pure una penale da me.",
        "2 volte l'instalazione??? l'ho fatta IO",
    ],
    details: &["l'ultima fattura", "la voce del tecnico", "il canone di marzo"],
    exchanges: &[
        ("In che giorno è uscito il pagamento dal tuo conto?", "L'undici, ho l'estratto conto qui davanti."),
        (
            "Hai ancora la ricevuta del pacco che hai restituito?",
            "Sì, ne ho fatto una foto. C'è il timbro del punto di ritiro.",
        ),
        (
            "Preferisci che ti versiamo la differenza o che la togliamo dalla prossima fattura?",
            "Va bene toglierla dalla prossima fattura.",
        ),
        ("Il contratto è a tuo nome o a nome di un'azienda?", "A nome mio, l'azienda ha un contratto suo."),
    ],
    solutions: &[
        "La voce era sbagliata. L'ho tolta e oggi ricevi per posta elettronica la fattura corretta.",
        "Il tuo pagamento è stato trovato e abbinato; il sollecito non vale più e la penale è annullata.",
        "L'accredito è registrato e verrà tolto dalla prossima fattura.",
        "Ho controllato la fattura voce per voce: l'importo è giusto, la promozione è finita il quindici.",
    ],
};

static ORDERS: Words = Words {
    asks: &[
        "Dov'è il mio pacco?",
        "vorrei rimandare indietro una cosa",
        "dice consegnato ma non è arrivato niente",
        "Ero fuori quando ha suonato il corriere, e adesso?",
        "posso ancora annullare quello che ho ordinato ieri sera?",
        "Quando mi arrivano i soldi delle cuffie che ho reso?",
        "il codice sconto nn funziona, xche?",
    ],
    faults: &[
        "La scatola era piena di carta, e il telefono dentro non c'era.",
        "Il mio pacco va avanti e indietro tra due depositi da nove giorni",
        "Ho ordinato quello blu, è arrivato rosso, l'ho reso e me ne è arrivato un altro rosso.",
        "In negozio non sanno niente del mio ordine, anche se la mail dice che è pronto lì",
        "avete preso i soldi due volte per un solo caricatore",
        "Il cambio della tastiera rotta era promesso per la settimana scorsa e nessuno è passato a ritirarla",
        "ma dove il mio ordine, e la terza volta ke chiedo!!",
    ],
    details: &["un telefono e una custodia", "un caricatore", "le cuffie"],
    exchanges: &[
        (
            "Il nastro della scatola era rovinato quando è arrivata?",
            "Sì, un lato era stato aperto e richiuso con un altro nastro.",
        ),
        (
            "C'è un vicino o un portiere che potrebbe averlo preso?",
            "Ho chiesto a tutti, non ce l'ha nessuno.",
        ),
        (
            "Preferisci ricevere di nuovo l'articolo o riavere i soldi?",
            "Lo vorrei ancora, se arriva questa settimana.",
        ),
        ("Che nome c'è sul campanello?", "Solo il numero dell'interno, il nome non c'è."),
    ],
    solutions: &[
        "Il corriere ha ritrovato il pacco; arriva domani prima di mezzogiorno.",
        "Ti ho rispedito l'articolo con corriere espresso, senza spese.",
        "Il reso è arrivato oggi in magazzino e il rimborso è partito.",
        "L'ordine è annullato e l'importo torna sulla carta entro tre giorni.",
    ],
};

static OTHER: Words = Words {
    asks: &[
        "Che orari fate il sabato?",
        "Dov'è il negozio più vicino?",
        "come vi scrivo per mail?",
        "voglio fare un reclamo",
        "Quanto ci vuole perché qualcuno risponda al mio ticket?",
        "La settimana prossima il giorno di festa ci siete, o è tutto chiuso?",
        "orari apertura x favore",
    ],
    faults: &[
        "Vorrei ringraziare la signora che la settimana scorsa è stata così paziente con mio padre.",
        "Il vostro furgone blocca il nostro passo carraio ogni giovedì mattina",
        "Mia madre è morta e il suo contratto va messo a nome mio.",
        "Nella nostra via qualcuno suona alle porte e dice di venire da parte vostra",
        "organizziamo un evento per duecento persone e ci servirebbe una linea per tre giorni",
        "Le vostre lettere arrivano a chi abitava qui prima di noi, e non riusciamo a farle smettere",
        "di ki è l'armadio in strada? la porta è aperta da giorni",
    ],
    details: &["nient'altro", "è scritto nella lettera", "come ho detto"],
    exchanges: &[
        ("In che città succede?", "Nel centro storico, proprio accanto al mercato coperto."),
        ("Come possiamo raggiungerti meglio?", "Qui va bene, guardo ogni sera."),
        ("Ricordi il giorno e più o meno l'ora?", "Era giovedì, poco prima delle otto."),
        ("Posso passare il tuo messaggio alle persone interessate?", "Certo, volentieri."),
    ],
    solutions: &[
        "L'ho passato a chi di dovere, e mi hanno confermato che se ne occupano.",
        "L'indirizzo è corretto; a quello vecchio non arriverà più niente.",
        "Il modulo è nella tua posta. Firmalo e rimandalo, al resto pensiamo noi.",
        "Grazie di avercelo detto. Oggi è passato un collega ed è tutto a posto.",
    ],
};

pub(super) static MANNERS: Manners = Manners {
    names: &[
        "Anna", "Bruno", "Carla", "Dario", "Elena", "Fabio", "Gaia", "Ivo", "Lucia", "Marco", "Nadia",
        "Omar", "Paola", "Renzo", "Sara", "Teo", "Ugo", "Viola", "Zoe", "Pietro",
    ],
    greetings: &[
        "Ciao, seguo io il tuo ticket.",
        "Buongiorno, ho letto quello che hai scritto e me ne occupo.",
        "Ciao, grazie di averci contattato. Ci penso io.",
        "Ciao, mi dispiace per il disagio. Do subito un'occhiata.",
    ],
    not_solved: &[
        "non funziona ancora",
        "Mi dispiace, ma è come prima.",
        "Ha funzionato per un'ora e adesso è daccapo.",
        "Ho fatto tutto, non è cambiato niente.",
        "no, non è risolto, riguardate per favore",
    ],
    thanks: &["Grazie, ora funziona!", "Perfetto, grazie mille.", "Era proprio quello, grazie.", "ok grz"],
    vendor: &[
        "Per questo mi serve una risposta dal fornitore. Ti scrivo appena ce l'ho.",
        "Il pezzo di ricambio va ordinato. Lo seguo io e ti faccio sapere.",
        "Prima deve guardarci il nostro partner sul posto; può volerci un giorno o due.",
    ],
    escalations: &[
        "I passi soliti non sono serviti, ci vuole qualcuno con più permessi.",
        "Secondo caso del genere oggi. Per favore guardate i log.",
        "Il cliente ha provato tutta la nostra lista, e io pure.",
    ],
    apologies: &[
        "Mi dispiace. Lo riguardo subito.",
        "Allora c'è dell'altro. Grazie di avermi scritto, riparto da qui.",
        "Scusa. L'ho riaperto e non lo chiudo finché non me lo dici tu.",
    ],
    praise: &[
        "Veloci e gentili, grazie.",
        "Ho avuto risposta in meno di un'ora.",
        "L'assistente mi ha capito al volo.",
        "Molta pazienza con me.",
        "Mi hanno spiegato tutto con chiarezza.",
        "ottimo!!",
    ],
    fair: &[
        "Adesso funziona, ma c'è voluto un po'.",
        "Gentili, solo che l'ho dovuto spiegare due volte.",
        "Tutto sommato bene.",
        "Bene alla fine, lenti all'inizio.",
        "Troppe domande automatiche per i miei gusti.",
    ],
    blame: &[
        "Troppo lenti.",
        "Ho dovuto chiedere tre volte prima che succedesse qualcosa.",
        "Nessuno mi ha detto a che punto eravamo.",
        "La prima soluzione non era una soluzione.",
        "Per quello che pago mi aspetto di più.",
    ],
};
