//! German.

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
        "seit heute früh geht das Internet nicht",
        "Im Schlafzimmer ist das WLAN ganz schwach, was kann ich tun?",
        "heute Abend lädt alles so langsam",
        "das WLAN wirft mich alle paar Minuten raus",
        "Was bedeutet das rote Licht am Router?",
        "Wo lese ich den WLAN-Schlüssel ab? Meine Schwester ist da und will ins Netz",
        "kein internet, hab die box schon 2x neu gestartt",
    ],
    faults: &[
        "Jeden Abend gegen neun fällt die Leitung aus und kommt um Mitternacht von selbst wieder, seit \
         zwei Wochen.",
        "Am Dienstag war der Techniker da, und seitdem ist der Upload schlechter als vorher",
        "Videoanrufe frieren ein, obwohl der Geschwindigkeitstest über Kabel und WLAN einwandfrei ist",
        "Auf der Leitung brummt es laut, und bei Regen verliert der Router das Signal",
        "Bauarbeiter haben vor unserem Haus ein Kabel gekappt, jetzt geht im ganzen Treppenhaus nichts.",
        "Der Router startet fünf- bis sechsmal am Tag von selbst neu, das Netzteil habe ich schon getauscht",
        "verbindng bricht imer ab wenn das telefon klingelt, bitte schnell",
    ],
    details: &["Rot", "Orange", "Aus", "Grün"],
    exchanges: &[
        (
            "Passiert es auch, wenn ein Computer per Kabel am Router hängt?",
            "Ja, mit Kabel ist es genauso. Ich habe es mit zwei Laptops versucht.",
        ),
        (
            "Um wie viel Uhr ist sie zuletzt ausgefallen? Dann finde ich es in den Aufzeichnungen der \
             Leitung.",
            "Das letzte Mal war gestern Abend, ein paar Minuten nach neun.",
        ),
        (
            "Steckt der Router direkt in der Wanddose, oder ist eine Verlängerung oder ein Verteiler \
             dazwischen?",
            "Hinter dem Regal war ein alter Verteiler. Den habe ich jetzt entfernt.",
        ),
        (
            "Darf ich Ihre Leitung heute Abend messen? Sie ist dann etwa zehn Minuten weg.",
            "Ja, nach elf Uhr passt es immer.",
        ),
    ],
    solutions: &[
        "Ich habe Ihre Leitung gemessen und im Amt auf einen anderen Port gelegt. Seit zwei Stunden ist \
         sie stabil.",
        "Heute früh wurde im Verteilerkasten ein defekter Stecker ersetzt. Bitte starten Sie den Router \
         einmal neu.",
        "Ihr Router hatte eine alte Version, die unter Last neu startet. Ich habe sie von hier aus \
         aktualisiert.",
        "Das Profil Ihrer Leitung war zu niedrig eingestellt. Jetzt haben Sie wieder die volle \
         Geschwindigkeit.",
    ],
};

static DEVICES: Words = Words {
    asks: &[
        "mein Handy geht nicht mehr an, der Bildschirm bleibt schwarz",
        "Der Akku vom Handy ist schon mittags leer",
        "Mir ist das Handy heruntergefallen, das Glas hat einen Sprung, was kostet ein neues?",
        "Ich habe Tee über das Tablet geschüttet, was mache ich jetzt?",
        "Wie schließe ich den neuen Router an, der heute gekommen ist?",
        "hat mein Tablet noch Garantie?",
        "wie krieg ich mein hendy repariert",
    ],
    faults: &[
        "Der Lautsprecher knistert bei jedem Gespräch, auch nach dem Update und einem Neustart.",
        "Das Tablet tippt von selbst, als säße ein Gespenst davor",
        "Das Handy kam aus der Reparatur zurück, und jetzt zeigt die Kamera nur noch ein graues Bild.",
        "Das Netzteil vom Router wird heiß und riecht etwas verbrannt",
        "der Verstärker blinkt orange und verbindet sich mit nichts, nicht einmal direkt neben dem Router",
        "Seit dem letzten Update startet das Handy neu, sobald ich die Kamera öffne, zweimal \
         zurückgesetzt ist es schon",
        "bildschrim flackert und wird grün, ist erst 3 monate alt!!",
    ],
    details: &["Telefon Lumo 7", "Lumo Tab 10", "der weiße Router von Acme, zweites Modell"],
    exchanges: &[
        (
            "Ist das Gerät vorher heruntergefallen oder nass geworden?",
            "Nein, es lag die ganze Zeit auf dem Tisch. Es fing über Nacht an.",
        ),
        (
            "Welche Softwareversion sehen Sie unter Einstellungen, Info?",
            "Da steht vierzehn Punkt zwei, und dass es aktuell ist.",
        ),
        (
            "Passiert es auch im abgesicherten Modus, ohne andere Apps?",
            "Ich habe es so gemacht: Im abgesicherten Modus ist es genau dasselbe.",
        ),
        (
            "Könnten Sie etwa eine Woche auf das Gerät verzichten?",
            "Ja, das alte liegt noch in der Schublade.",
        ),
    ],
    solutions: &[
        "Es ist ein Materialfehler, den die Garantie deckt. Das Etikett für das Paket ist in Ihrem Postfach.",
        "Das Teil ist ersetzt und einen Tag lang geprüft. Das Gerät ist auf dem Weg zu Ihnen.",
        "Eine Reparatur lohnt sich hier nicht. Sie erhalten diese Woche Ersatz, dasselbe Modell.",
        "Schuld war eine Einstellung im letzten Update. Ich habe Ihnen die Korrektur geschickt, bitte \
         heute einspielen.",
    ],
};

static ACCESS: Words = Words {
    asks: &[
        "ich habe mein Passwort vergessen",
        "da steht, dass mein Konto gesperrt ist",
        "Die Mail mit dem Link zum Zurücksetzen kommt nicht",
        "Ich habe ein neues Handy, und die App mit den Codes ist weg",
        "Wie ändere ich die Mailadresse, mit der ich mich anmelde?",
        "Ich bin Kunde, hatte aber nie einen Zugang zum Portal, wie bekomme ich einen?",
        "komm nicht rein, pasword vergessen",
    ],
    faults: &[
        "Das Portal meldet mich eine Sekunde nach der Anmeldung wieder ab, in drei verschiedenen Browsern.",
        "Nach der Anmeldung sehe ich den Vertrag von jemand anderem statt meinen",
        "Meine Frau und ich teilen ein Konto, und seit Montag kann nur noch einer von uns angemeldet sein",
        "Die Seite bleibt weiß, nachdem ich den Code eingegeben habe, am Handy wie am Computer",
        "seit dem Umzug zeigt mein Konto keinen Vertrag mehr an",
        "Ich habe das Passwort viermal neu gesetzt, jedes Mal wird es angenommen und ist am nächsten Tag \
         wieder falsch.",
        "app sagt feler 17 und sonst nix, am pc gehts",
    ],
    details: &["im Portal", "in der App", "im Portal, am Handy"],
    exchanges: &[
        (
            "Passiert es auch in einem privaten Fenster des Browsers?",
            "In einem privaten Fenster geht es, nur im normalen nicht.",
        ),
        (
            "Ist es die E-Mail-Adresse, an die Ihre Rechnungen gehen?",
            "Nein, die Rechnungen gehen ins Büro. Ich habe die private genommen.",
        ),
        ("Wann konnten Sie sich zuletzt ohne Probleme anmelden?", "Ich glaube, am Freitagabend."),
        (
            "Was genau sehen Sie auf dem Bildschirm, nachdem Sie den Code eingegeben haben?",
            "Nur das Logo und einen Kreis, der sich immer weiter dreht.",
        ),
    ],
    solutions: &[
        "Ihr Konto gab es zweimal. Ich habe beide zusammengeführt, der Vertrag ist wieder da.",
        "Ich habe alle alten Sitzungen beendet und die Sperre aufgehoben. Bitte melden Sie sich noch \
         einmal an.",
        "Der zweite Schritt ist zurückgesetzt. Bei der nächsten Anmeldung richten Sie ihn neu ein.",
        "In der neuesten Version der App war ein Fehler von uns. Die berichtigte steht bereit.",
    ],
};

static BILLING: Words = Words {
    asks: &[
        "Warum ist die Rechnung diesen Monat höher?",
        "meine Karte wurde beim Bezahlen abgelehnt",
        "Ich glaube, ich habe dieselbe Rechnung zweimal bezahlt",
        "Kann ich in mehreren Teilen zahlen? Auf einmal ist es etwas viel.",
        "Ich möchte ab jetzt per Lastschrift zahlen",
        "Wo finde ich meine alten Rechnungen als PDF?",
        "falscher betrag auf der rechnug, warum so hoch",
    ],
    faults: &[
        "Sie berechnen mir einen Verstärker, den ich im Frühjahr zurückgeschickt habe.",
        "Die Gutschrift, die mir Ihr Kollege versprochen hat, steht immer noch nicht auf der Rechnung",
        "Ich habe eine Mahnung bekommen, obwohl die Überweisung vor zwei Wochen abging",
        "Laut Rechnung ist meine Aktion sechs Monate zu früh ausgelaufen",
        "Da steht ein Anruf bei einer Servicenummer, den hier niemand geführt hat",
        "Sie haben vom alten Konto abgebucht, das seit einem Jahr aufgelöst ist, und wollen jetzt eine \
         Gebühr von mir.",
        "2x instalation berechnet??? hab ich SELBST gemacht",
    ],
    details: &["die letzte Rechnung", "der Posten für den Techniker", "die Grundgebühr im März"],
    exchanges: &[
        ("An welchem Tag ging die Zahlung von Ihrem Konto ab?", "Am elften, der Auszug liegt vor mir."),
        (
            "Haben Sie noch den Beleg des Pakets, das Sie zurückgeschickt haben?",
            "Ja, ich habe ihn fotografiert. Der Paketshop hat ihn gestempelt.",
        ),
        (
            "Sollen wir den Unterschied auszahlen oder von der nächsten Rechnung abziehen?",
            "Von der nächsten Rechnung abziehen passt mir gut.",
        ),
        (
            "Läuft der Vertrag auf Ihren Namen oder auf eine Firma?",
            "Auf meinen Namen, die Firma hat einen eigenen Vertrag.",
        ),
    ],
    solutions: &[
        "Der Posten war falsch. Ich habe ihn entfernt, die berichtigte Rechnung kommt heute per Mail.",
        "Ihre Zahlung ist gefunden und zugeordnet; die Mahnung ist hinfällig und die Gebühr storniert.",
        "Die Gutschrift ist gebucht und wird von der nächsten Rechnung abgezogen.",
        "Ich habe die Rechnung Posten für Posten geprüft: Der Betrag stimmt, die Aktion endete am \
         fünfzehnten.",
    ],
};

static ORDERS: Words = Words {
    asks: &[
        "Wo bleibt mein Paket?",
        "ich möchte etwas zurückschicken",
        "da steht zugestellt, aber es kam nichts",
        "Ich war nicht da, als der Bote geklingelt hat, und jetzt?",
        "kann ich noch stornieren, was ich gestern Abend bestellt habe?",
        "Wann bekomme ich das Geld für die Kopfhörer, die ich zurückgegeben habe?",
        "mein rabatcode geht nich",
    ],
    faults: &[
        "Die Schachtel war voller Papier, und das Handy selbst war nicht darin.",
        "Mein Paket fährt seit neun Tagen zwischen zwei Depots hin und her",
        "Ich habe das blaue bestellt, ein rotes bekommen, es zurückgeschickt und wieder ein rotes bekommen.",
        "In der Filiale weiß niemand von meiner Bestellung, obwohl sie laut Mail dort bereitliegt",
        "Sie haben für ein einziges Ladegerät zweimal abgebucht",
        "Der Umtausch der kaputten Tastatur war für letzte Woche versprochen, und niemand hat sie abgeholt",
        "wo is meine bestelung, ich frag jetzt zum 3. mal!!",
    ],
    details: &["ein Handy und eine Hülle", "ein Ladegerät", "die Kopfhörer"],
    exchanges: &[
        (
            "War das Klebeband der Schachtel beschädigt, als sie ankam?",
            "Ja, eine Seite war geöffnet und mit anderem Band wieder zugeklebt.",
        ),
        (
            "Könnte ein Nachbar oder der Hausmeister es angenommen haben?",
            "Ich habe alle gefragt, niemand hat es.",
        ),
        (
            "Möchten Sie den Artikel noch einmal oder lieber das Geld zurück?",
            "Ich hätte ihn gern noch, wenn er diese Woche kommt.",
        ),
        ("Welcher Name steht an der Klingel?", "Nur die Nummer der Wohnung, ein Name steht nicht dran."),
    ],
    solutions: &[
        "Der Paketdienst hat das Paket gefunden; es kommt morgen vor zwölf Uhr.",
        "Ich habe den Artikel noch einmal per Express geschickt, ohne Kosten für Sie.",
        "Die Rücksendung ist heute im Lager angekommen, das Geld ist unterwegs.",
        "Die Bestellung ist storniert, der Betrag geht innerhalb von drei Tagen auf Ihre Karte zurück.",
    ],
};

static OTHER: Words = Words {
    asks: &[
        "Wann haben Sie am Samstag offen?",
        "Wo ist die nächste Filiale?",
        "wie erreiche ich Sie per Mail?",
        "ich möchte mich beschweren",
        "Wie lange dauert es, bis jemand auf mein Ticket antwortet?",
        "Sind Sie nächste Woche am Feiertag da, oder ist alles zu?",
        "öfnungszeiten bitte",
    ],
    faults: &[
        "Ich möchte der Dame danken, die letzte Woche so geduldig mit meinem Vater war.",
        "Ihr Lieferwagen steht jeden Donnerstagmorgen vor unserer Einfahrt",
        "Meine Mutter ist gestorben, und ihr Vertrag muss auf mich umgeschrieben werden.",
        "In unserer Straße klingelt jemand an den Türen und sagt, er komme von Ihnen",
        "wir planen eine Veranstaltung für zweihundert Leute und bräuchten drei Tage lang einen Anschluss",
        "Ihre Briefe gehen an die Leute, die vor uns hier gewohnt haben, und wir können es nicht abstellen",
        "wem gehört der kasten an der strase, die tür is seit tagen offen",
    ],
    details: &["sonst nichts", "es steht im Brief", "wie gesagt"],
    exchanges: &[
        ("In welchem Ort ist das, bitte?", "In der Altstadt, gleich neben der Markthalle."),
        ("Wie erreichen wir Sie am besten?", "Hier ist gut, ich sehe jeden Abend nach."),
        ("Wissen Sie noch den Tag und ungefähr die Uhrzeit?", "Es war am Donnerstag, kurz vor acht."),
        ("Darf ich Ihre Nachricht an die Zuständigen weitergeben?", "Natürlich, sehr gern."),
    ],
    solutions: &[
        "Ich habe es weitergegeben, und die Zuständigen haben bestätigt, dass sie sich kümmern.",
        "Die Anschrift ist berichtigt; an die alte geht nichts mehr.",
        "Das Formular liegt in Ihrem Postfach. Unterschreiben Sie es und schicken Sie es zurück, den Rest \
         machen wir.",
        "Danke für den Hinweis. Ein Kollege war heute vor Ort, es ist erledigt.",
    ],
};

pub(super) static MANNERS: Manners = Manners {
    names: &[
        "Anton", "Birgit", "Conrad", "Dörte", "Emil", "Frieda", "Gregor", "Hanna", "Ingo", "Jana", "Karl",
        "Lena", "Moritz", "Nele", "Oskar", "Petra", "Ralf", "Silke", "Theo", "Ute",
    ],
    greetings: &[
        "Guten Tag, ich kümmere mich um Ihr Ticket.",
        "Guten Tag, ich habe Ihre Nachricht gelesen und bin dran.",
        "Hallo, danke für Ihre Nachricht. Ich übernehme das.",
        "Guten Tag, es tut mir leid, dass Sie Ärger haben. Ich sehe es mir an.",
    ],
    not_solved: &[
        "es geht immer noch nicht",
        "Leider ist es wie vorher.",
        "Eine Stunde lang ging es, jetzt ist es wieder da.",
        "Ich habe alles gemacht, nichts hat sich geändert.",
        "nein, nicht gelöst, bitte noch einmal ansehen",
    ],
    thanks: &["Danke, jetzt geht es!", "Prima, vielen Dank.", "Das war es, danke schön.", "ok danke"],
    vendor: &[
        "Dafür brauche ich eine Antwort von unserem Lieferanten. Ich melde mich, sobald ich sie habe.",
        "Das Ersatzteil muss bestellt werden. Ich behalte es im Auge und sage Ihnen Bescheid.",
        "Zuerst muss unser Partner vor Ort nachsehen; das kann ein bis zwei Tage dauern.",
    ],
    escalations: &[
        "Die üblichen Schritte haben nicht geholfen, das braucht jemanden mit mehr Rechten.",
        "Heute schon der zweite Fall dieser Art. Bitte in die Protokolle sehen.",
        "Der Kunde hat alles von unserer Liste versucht, ich ebenso.",
    ],
    apologies: &[
        "Das tut mir leid. Ich sehe es mir sofort noch einmal an.",
        "Dann steckt mehr dahinter. Danke für die Nachricht, ich bin wieder dran.",
        "Entschuldigung. Ich habe es wieder geöffnet und schließe es erst, wenn Sie es sagen.",
    ],
    praise: &[
        "Schnell und freundlich, danke.",
        "Ich hatte innerhalb einer Stunde eine Antwort.",
        "Der Assistent hat mich sofort verstanden.",
        "Sehr geduldig mit mir.",
        "Alles wurde verständlich erklärt.",
        "super!!",
    ],
    fair: &[
        "Jetzt geht es, aber es hat gedauert.",
        "Freundlich, nur musste ich es zweimal erklären.",
        "War in Ordnung.",
        "Am Ende gut, am Anfang langsam.",
        "Mir waren es zu viele automatische Fragen.",
    ],
    blame: &[
        "Viel zu langsam.",
        "Ich musste dreimal nachfragen, bis etwas geschah.",
        "Niemand hat mir gesagt, wie es steht.",
        "Die erste Lösung war keine.",
        "Für das, was ich zahle, erwarte ich mehr.",
    ],
};
