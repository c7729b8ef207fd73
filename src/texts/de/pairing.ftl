# Ein neues Gerät kommt mit dem Code eines anderen hinein
pairing-form = das ist nicht, was instance-sync pair zeigt: ADRESSE/KONTO/CODE, etwa saves.example.org/alice/482913-7K2M-9QX4-TB0C-5H
pairing-length = der Code hat zu wenige oder zu viele Zeichen
pairing-letter = der Code hat ein Zeichen, das in keinem Code vorkommt
pairing-slip = ein Zeichen des Codes oder der Adresse ist falsch, oder zwei sind vertauscht
pairing-no-random = das System liefert keine Zufallszahlen
pairing-unsealed = die Geheimnisse konnten nicht versiegelt werden
pairing-unopened = was ankam, lässt sich mit diesem Code nicht öffnen
pairing-unopened-hint = Jemand zwischen den beiden Geräten kann es verändert oder an Stelle des anderen geantwortet haben. Das neue Gerät wurde wieder aus dem Konto genommen, gespeichert wurde nichts. Fang auf beiden Geräten neu an; die Geräte des Kontos: instance-sync devices.
pairing-no-server = die Spielstände dieses Ordners liegen auf keinem Server, der Geräte hineinlassen kann
pairing-no-server-hint = Auf dem anderen Gerät: instance-sync setup, mit derselben Adresse, demselben Token und derselben Passphrase.
pairing-plain-server = { $host } ist ein einfacher rest-server: er lässt kein Gerät mit einem Code hinein
pairing-lasting = die Spielstände sind mit dem Geheimnis des Kontos verschlüsselt, das eine Kopplung nicht weitergibt
pairing-lasting-hint = Dieses Geheimnis gibt ein neues Gerät als Passphrase ein: was in KONTO:GEHEIMNIS nach dem Doppelpunkt steht. Auf dem neuen Gerät: instance-sync setup, mit einem eigenen Token (von der Seite des Servers, oder von dem, der ihn betreibt) und dieser Passphrase.
pairing-loopback = { $url } ist die eigene Adresse dieses Rechners: kein anderer Rechner erreicht den Server darunter. Für einen anderen Rechner: nimm in diesem Ordner den Namen des Servers im Netz, mit instance-sync setup --force.
pairing-openly = Dieser Server wird über unverschlüsseltes http erreicht: Wer auf dem Weg ist, kann Tokens lesen. --insecure-http sagt, dass du das weißt.
pairing-ca-file = Der Server hat eine eigene CA: kopiere zuerst { $path } auf das neue Gerät, und nenne die Datei dort anstelle von FILE.
pairing-no-passphrase = die Spielstände sind mit dem Token dieses Geräts verschlüsselt, das es nicht verlassen darf
pairing-no-passphrase-hint = Spielstände, die auf mehreren Geräten zu öffnen sein sollen, brauchen eine Passphrase: gib dem Ordner mit instance-sync setup --force eine andere Instanz, die eine hat.
pairing-wrong-code = { $host } kennt diesen Code nicht
pairing-wrong-code-hint = Ein Code gilt einmal und 15 Minuten lang. Sieh auf dem anderen Gerät noch einmal nach, oder fang dort neu an.
pairing-burned = { $host } nimmt diesen Code nicht mehr: es wurden zu viele falsche versucht
pairing-burned-hint = Niemand wurde hineingelassen. Fang auf dem anderen Gerät neu an. Hat sich niemand vertippt, hat jemand geraten.
pairing-refused = das andere Gerät hat Nein gesagt
pairing-refused-hint = Hier wurde nichts gespeichert. War das ein Versehen, fang dort neu an.
pairing-ended = die Kopplung wurde auf dem anderen Gerät beendet
pairing-ended-hint = Hier wurde nichts gespeichert. Fang dort neu an.
pairing-expired = die Kopplung hat zu lange gedauert
pairing-expired-hint = Es wurde nichts gespeichert. Fang auf beiden Geräten neu an.
pairing-other-account = was ankam, ist vom Konto { $said }, der Server sagt { $account }
pairing-waits = { $host } kennt dieses Gerät jetzt als { $name }. Sag auf dem anderen Gerät Ja.
pairing-shown-waits = Warte, bis dieser Code auf dem anderen Gerät eingegeben ist: instance-sync pair --approve
pairing-too-often = { $host } wurde zu oft gefragt; in { $seconds } s wird es wieder versucht
pairing-server-gone = { $host } antwortet nicht; es wird weiter versucht
pairing-came-without = dieses Gerät wurde auf einer Seite des Servers hineingelassen, und die hat keine Passphrase
pairing-in-without = Dieses Gerät gehört jetzt als { $name } zum Konto. Das Ja kam ohne Passphrase, denn die hat kein Server. Tippe die Passphrase ein, die deine anderen Geräte haben.
pairing-needs-passphrase = dieser Code lässt das Gerät hinein und bringt keine Passphrase mit
pairing-needs-passphrase-hint = Er wurde auf einer Webseite gemacht oder dort bestätigt. Gib die Passphrase der Spielstände mit --passphrase-file an, oder tippe sie in instance-sync setup ein. Das Gerät wurde nicht hineingelassen oder wieder herausgenommen.
pairing-type-passphrase-hint = Er wurde auf einer Webseite gemacht oder dort bestätigt. Tippe auch die Passphrase der Spielstände ein.
pairing-server-back = { $host } antwortet wieder

# Wer drin ist und niemanden hineinlässt
pairing-here-refused = das Gerät wurde auf einer Seite des Servers abgelehnt
pairing-here-refused-hint = Niemand wurde hineingelassen. Wenn du das nicht warst, sieh dir die Geräte und Sitzungen des Kontos an.
pairing-here-burned = es wurden zu viele falsche versucht: { $host } nimmt diesen Code nicht mehr
pairing-here-burned-hint = Niemand wurde hineingelassen. Hat sich niemand vertippt, hat jemand geraten. Fang neu an, wo niemand zusieht.
pairing-here-expired = die Kopplung hat zu lange gedauert
pairing-here-expired-hint = Niemand wurde hineingelassen. Fang neu an, wenn das neue Gerät zur Hand ist.
pairing-here-ended = die Kopplung wurde beendet, auf dem neuen Gerät oder anderswo
pairing-here-ended-hint = Niemand wurde hineingelassen. Das neue Gerät hat aufgegeben, auf einem anderen Gerät wurde ein neuer Code begonnen, oder sie wurde auf einer Seite des Servers beendet.
pairing-no-device = der Server sagt nicht, welches Gerät wartet
pairing-no-device-hint = Niemand wurde hineingelassen. Fang neu an; bleibt es so, aktualisiere den Server.
pairing-page-said-yes = { $name } wurde auf einer Seite des Servers hineingelassen, während hier gefragt wurde
pairing-page-said-yes-hint = Es hat ein eigenes Token, und keine Passphrase von dir. Wenn es nicht deines ist, nimm es heraus: instance-sync devices revoke { $name }; und sieh nach, wer auf den Seiten des Servers angemeldet ist.
pairing-not-fetched = { $name } hat seine Antwort nicht abgeholt und ist nicht drin.
pairing-fetching = Warten, bis { $name } holt, was es braucht…
pairing-fetched-late =
    { $seconds ->
        [one] das neue Gerät hat binnen 1 Sekunde nicht geholt, was es braucht
       *[other] das neue Gerät hat binnen { $seconds } Sekunden nicht geholt, was es braucht
    }
pairing-fetched-late-hint = Es wurde angehalten, oder erreicht den Server nicht mehr. Beginne auf beiden Geräten von vorn.
pairing-shown-slip-hint = Es wurde noch nichts gesendet. Sieh auf dem neuen Gerät noch einmal nach: instance-sync setup --show-code

# Das Fenster von `pair`
pair-title = Ein weiteres Gerät hineinlassen – Instance Sync
pair-heading = Ein weiteres Gerät hineinlassen
pair-beginning = Der Server wird um einen Code gebeten …
pair-type-there = Starte auf dem neuen Gerät die Einrichtung von Instance Sync und tippe diese Zeile ein, wo sie nach dem Server fragt:
pair-type-there-with = Starte auf dem neuen Gerät instance-sync setup { $options } und tippe diese Zeile ein, wo es nach dem Server fragt:
pair-scan = Oder mit der Kamera
pair-scan-means = Eine Kamera liest dieselbe Zeile aus dem Quadrat, zum Einfügen dort.
pair-square = Dieselbe Zeile als Quadrat, für eine Kamera
pair-good =
    { $minutes ->
        [one] Sie gilt für ein Gerät und noch 1 Minute.
       *[other] Sie gilt für ein Gerät und noch { $minutes } Minuten.
    }
pair-no-longer-good = Sie gilt nicht mehr.
pair-show-nobody = Zeig sie niemandem sonst: in ihr steckt, was deine Spielstände öffnet.
pair-waiting = Warte auf das neue Gerät …
pair-adopt-means = Hat das neue Gerät keine Tastatur?
pair-adopt = Es zeigt einen Code
pair-adopt-heading = Tippe den Code des neuen Geräts ein
pair-adopt-explain = Das neue Gerät zeigt ihn, wenn seine Einrichtung so gestartet wurde: instance-sync setup --show-code
pair-adopt-field = Code des neuen Geräts
pair-adopt-go-on = Weiter
pair-show-means = Oder zeig hier einen Code und tippe ihn dort ein.
pair-show = Einen Code zeigen
pair-asking = Der Server wird gefragt …
pair-asked = { $name } hineinlassen?
pair-computer = Ein Computer
pair-handheld = Ein Handheld
pair-device = Ein Gerät
pair-address = Es fragt von { $address } aus.
pair-asked-means = Sag nur Ja, wenn das dein Gerät ist und jetzt vor dir liegt. Es bekommt ein eigenes Token und das, was alle Spielstände des Kontos öffnet.
pair-let-in = Hineinlassen
pair-refuse = Ablehnen
pair-letting-in = Es wird hineingelassen …
pair-refusing = Es wird abgelehnt …
pair-in = Hineingelassen
pair-refused = Abgelehnt
pair-failed = Niemand wurde hineingelassen
pair-again = Einen neuen Code zeigen
pair-is-in = { $name } ist drin, mit einem eigenen Token und dem, was deine Spielstände öffnet.
pair-is-in-hint = Wähle auf { $name } die Instanz, die dort gespielt werden soll.
pair-is-in-without = { $name } ist drin. Eine Passphrase von dir hat es nicht.
pair-is-in-without-hint = Tippe auf { $name } die Passphrase der Spielstände ein, wenn es danach fragt.
pair-is-in-out-hint = Um es wieder herauszunehmen: widerrufe es in der Liste der Geräte des Kontos (instance-sync devices).
pair-is-refused = { $name } wurde abgelehnt. Es hat nichts bekommen.
pair-is-refused-hint = Wenn du es nicht kennst: jemand hat den Code gelesen. Zeig einen neuen, wo niemand zusieht.
pair-several = die Spiele, die hier synchronisiert werden, gehören zu mehreren Konten
pair-no-folder = es wurde kein Spiel gefunden, das synchronisiert wird
pair-no-folder-hint = Starte das aus dem Launcher eines Spiels heraus, das synchronisiert wird, oder führe instance-sync pair mit --pack-folder und dem Ordner des Spiels aus.
pairing-left-hint = Dieses Gerät wurde wieder aus dem Konto genommen. Was es hineingelassen hat, gilt einmal: hol dir ein neues, von wem du es hast oder mit instance-sync pair.
pairing-not-left-hint = Der Server hat nicht geantwortet. Dieses Gerät, { $name }, steht deshalb vielleicht noch in der Liste des Kontos, mit einem Token, das niemand hat. Nimm es auf einem anderen Gerät mit instance-sync devices heraus, oder auf der Seite des Servers.

# Ein neues Gerät kommt mit einem Link hinein, den der Betreiber weitergegeben hat
enrol-form = das ist kein Link, der ein Gerät hineinlässt: https://.../v1/enrol#ise_...
enrol-no-server = dieser Code sagt nicht, für welchen Server er ist
enrol-broken = der Code ist nicht vollständig: nach dem # stehen ise_ und 43 weitere Zeichen
enrol-form-hint = Gesendet wurde noch nichts. Kopiere den ganzen Link, wie du ihn bekommen hast, von https bis zu seinem Ende, und füge ihn ein, wo instance-sync setup nach dem Server fragt. Ein Code ohne Link: setup --url=https://..., und den Code, wo es nach dem Token fragt.
enrol-no-address = das ist ein Link oder Code, der ein Gerät hineinlässt, und nicht nur die Adresse
enrol-no-address-hint = Gesendet wurde noch nichts. Rufe instance-sync setup ohne --url auf und füge ihn ein, wo es nach dem Server fragt; oder gib ihn als --pair an, am besten als --pair=- auf der Standardeingabe, wo ihn andere Benutzer dieses Rechners nicht sehen.
enrol-wrong-code = { $host } nimmt diesen Code nicht: er wurde schon benutzt, ist älter als eine Stunde, oder es gibt ihn nicht
enrol-wrong-code-hint = Hier wurde nichts gespeichert. Bitte den, von dem du ihn hast, um einen neuen Link (bei Discord: /cloud register). Wurde er benutzt, und nicht von dir, sag es ihm: dann hat jemand anderes ein Gerät in deinem Konto.
enrol-lost-hint = Wird der Code beim nächsten Versuch nicht genommen, ging die Antwort verloren: bitte um einen neuen Link.
enrol-done = Dieses Gerät ist jetzt als { $name } im Konto { $account }.
enrol-needs-passphrase-hint = Der Code wurde nicht verbraucht. Schreib eine Passphrase, die nur du kennst, in eine Datei und gib sie mit --passphrase-file an: auf dem ersten Gerät eine neue, auf jedem anderen dieselbe. Sie wird nie gesendet, und niemand kann sie ersetzen.
