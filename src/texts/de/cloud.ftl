# Was über Server, Repository, restic und Geheimnisse gesagt wird: src/store, src/remote, src/secrets, src/process.

# Programme
program-not-run = { $program } lässt sich nicht ausführen
program-lost = die Verbindung zum laufenden { $program } ist verloren gegangen
command-none-given = es wurde kein Befehl angegeben
command-not-there = den Befehl { $program } gibt es nicht
command-where-looked-for = Er wird in PATH gesucht oder, wenn er einen Schrägstrich enthält, vom Arbeitsordner aus.

# Das Programm restic
restic-give-another = Gib mit --restic-binary ein anderes restic an, oder entferne dieses, damit es neu geholt wird.
restic-given-does-not-run = { $program } ist kein restic, das läuft
restic-given-too-old = { $program } ist restic { $version } und damit zu alt
restic-give-one = Gib mit --restic-binary ein restic der Version 0.18.0 oder neuer an, oder lass die Option weg.
restic-not-unpacked = restic lässt sich nicht in { $folder } entpacken
restic-not-in-archive = restic lässt sich nicht in { $folder } entpacken: Das Archiv enthält kein Programm
restic-nothing-left-behind = Es blieb nichts zurück. Ist der Datenträger voll?
restic-not-put = restic lässt sich nicht nach { $program } bringen

# Was restic gerade tut, vor einem Doppelpunkt
doing-opening = beim Öffnen des Repositorys
doing-creating = beim Anlegen des Repositorys
doing-fetching = beim Holen aus der Cloud
doing-saving = beim Speichern in der Cloud
doing-listing = beim Auflisten der Snapshots
doing-noting = beim Eintragen der Instanz
doing-reading-record = beim Lesen der Angaben von Snapshot { $snapshot } über sich selbst
doing-reading-master-key = beim Lesen des Hauptschlüssels
doing-looking-at-locks = beim Nachsehen, welche Sperren es gibt
doing-removing-locks = beim Entfernen von Sperren
doing-checking = beim Lesen aller Pakete des Repositorys
doing-forgetting = beim Entfernen von Snapshots
doing-pruning = beim Entfernen dessen, was kein Snapshot braucht

# Wie restic geendet hat
restic-server-away = { $doing }: Der Server war nicht erreichbar
restic-no-progress = { $doing }: restic kam { $seconds } s lang nicht voran und wurde beendet
restic-flooded = { $doing }: restic schrieb mehr, als sinnvoll ist, und wurde beendet
restic-killed = { $doing }: restic wurde von außen beendet
restic-ended-with = { $doing }: restic endete mit Code { $code }: { $said }
restic-run-again = Nichts ist verloren; führe den Befehl noch einmal aus.
restic-interrupted = restic wurde unterbrochen. Nichts ist verloren; führe den Befehl noch einmal aus.
restic-said-nothing = keine Meldung
restic-not-restic = { $doing }: { $program } hat etwas geantwortet, das restic nicht antworten würde
restic-check-program = Prüfe dieses Programm, oder entferne es, damit restic neu geholt wird. Nichts wurde geändert.
restic-list-not-written = { $doing }: Die Liste der Dateien lässt sich nicht schreiben
disk-free-some-space = Schaffe etwas Platz auf dem Datenträger, und führe den Befehl noch einmal aus.

# Das Repository
repository-password-is-another = Das Repository gibt es, aber sein Passwort ist ein anderes: Wenn du eine Passphrase gewählt hast, gib sie mit --passphrase-file an, wenn dieses Gerät beitritt. Ist es schon beigetreten, fragt instance-sync setup --force noch einmal danach.
repository-server-full = Der Server hat keinen Platz mehr für dieses Konto. Frag, wer ihn betreibt; der Spielstand bleibt hier.
repository-look-with-check = Sieh dir das Repository an mit: restic check
repository-key-does-not-open = { $doing }: Sein Schlüssel öffnet es nicht: { $said }
repository-no-key-opens = { $doing }: Keiner der { $number } versuchten Schlüssel öffnet es: { $said }
repository-restics-key-does-not-open = { $doing }: Der Schlüssel, den restic nimmt, öffnet es nicht: { $said }
repository-keys-not-listed = Vielleicht haben zwei Geräte es im selben Moment angelegt. Von hier aus lassen sich seine Schlüssel nicht auflisten: Sieh in seinem Ordner keys/ nach, versuche jeden Namen mit restic --key-hint=NAME cat config, und trage den, der funktioniert, als key_id in .cloud-sync/key ein.
repository-bring-keys-back = Wenn seine Datei config oder ein Schlüssel beschädigt oder entfernt wurde, hole beide aus einer Sicherung des Servers zurück. Was auf diesem Gerät ist, ist vollständig: Um mit einem neuen Repository anzufangen, führe instance-sync disable und danach instance-sync setup aus.
repository-unchanged-here = Auf diesem Gerät wurde nichts geändert.
repository-master-key-odd = der Hauptschlüssel des Repositorys sieht nicht so aus, wie restic ihn schreibt
repository-takes-no-key-file = an diesem Ort lässt sich keine Schlüsseldatei ablegen

# Sperren des Repositorys
lock-in-the-way = Jemand räumt gerade das ganze Repository auf oder prüft es. Wenn dieser Vorgang abgebrochen ist, entferne seine Sperre mit: instance-sync push --unlock (im Spielordner, auf dem Gerät, wo er lief; anderswo, sobald die Sperre 30 min alt ist)
lock-held = { $doing }: Das Repository ist gesperrt von { $owner }
lock-owner = { $user }@{ $host } (Prozess { $process }) seit { $age }
lock-left-behind = Wer sie gesetzt hat, ist nicht mehr da: Eine benutzte Sperre wird alle 5 min erneuert. Entferne sie mit: instance-sync push --unlock (im Spielordner)
lock-age-moment = weniger als einer Minute
lock-age-minutes = { $number } min
lock-age-hours = { $number } h
lock-age-days = { $number } Tagen

# Der Server
server-not-prepared = es lässt sich keine Verbindung vorbereiten
server-ca-not-read = die CA-Datei { $path } lässt sich nicht lesen
server-ca-holds-none = { $path } enthält kein Zertifikat
server-page = das ist eine Seite des Servers { $url }, und nicht seine Adresse
server-page-hint = Lass { $path } weg: die Adresse ist { $url }
server-ca-in-pem = Gib das Zertifikat der CA mit --ca-file in PEM-Form an.
tls-issuer = dem Zertifikat von { $host } wird nicht vertraut: Niemand, dem hier vertraut wird, hat es ausgestellt
tls-issuer-hint = Wenn der Server eine eigene CA hat, gib deren Zertifikat mit --ca-file an: instance-sync setup --ca-file=DATEI. Wer den Server betreibt, hat es.
tls-issuer-given-hint = Die CA in { $path } (--ca-file) hat es nicht ausgestellt. Frag, wer den Server betreibt, nach der richtigen; wurde sie erneuert?
tls-name = dem Zertifikat von { $host } wird nicht vertraut: Es gilt für einen anderen Namen
tls-name-of = dem Zertifikat von { $host } wird nicht vertraut: Es gilt für { $names }
tls-name-hint = Nimm die Adresse, für die das Zertifikat gilt. Wenn diese hier stimmt, bitte den, der den Server betreibt, um ein Zertifikat mit diesem Namen.
tls-expired = dem Zertifikat von { $host } wird nicht vertraut: Es ist abgelaufen
tls-expired-hint = Bitte den, der den Server betreibt, es zu erneuern. Geht die Uhr dieses Rechners richtig?
tls-not-yet = dem Zertifikat von { $host } wird nicht vertraut: Es gilt noch nicht
tls-not-yet-hint = Geht die Uhr dieses Rechners richtig? Wenn ja, frag, wer den Server betreibt.
tls-of-ca = dem Zertifikat von { $host } wird nicht vertraut: Es ist das einer CA, und kein Server darf es als sein eigenes benutzen
tls-of-ca-hint = Bitte den, der den Server betreibt, eines zu machen, das diese CA ausstellt, mit CA:FALSE und dem Namen des Servers darin.
tls-purpose = dem Zertifikat von { $host } wird nicht vertraut: Es ist nicht für einen Server gemacht
tls-revoked = dem Zertifikat von { $host } wird nicht vertraut: Es wurde widerrufen
tls-other = dem Zertifikat von { $host } wird nicht vertraut ({ $cause })
tls-other-hint = Frag, wer den Server betreibt.
tls-nothing-sent = Es wurde nichts gesendet.
server-name-unknown = { $host } ist nicht erreichbar: Der Name lässt sich nicht auflösen
server-not-listening = { $host } ist nicht erreichbar: Dort nimmt niemand Verbindungen an
server-too-slow = { $host } ist nicht erreichbar: Es kommt nicht rechtzeitig eine Antwort
server-connection-failed = { $host } ist nicht erreichbar: Die Verbindung ist fehlgeschlagen
server-answer-broke-off = die Antwort von { $host } ist abgebrochen
server-answered = { $host } hat { $code } { $reason } geantwortet
server-answered-unknown = { $host } hat mit { $code } geantwortet, einer unbekannten Antwort
server-refused = { $host } hat das Konto { $account } abgelehnt ({ $code })
server-check-token = Prüfe das Token, oder frag, wer den Server betreibt.
server-suspended = { $host }: Das Konto { $account } ist gesperrt
server-suspended-hint = Frag, wer den Server betreibt. Spielstände, die hier sind, bleiben; was inzwischen gespielt wird, geht hinaus, sobald das Konto wieder bedient wird.
server-revoked = { $host }: Diesem Gerät wurde der Zugang entzogen; es gehört nicht mehr zum Konto { $account }
server-revoked-hint = Spielstände, die hier sind, bleiben. Um wieder hineinzukommen: instance-sync setup --force im Spielordner, mit dem, was instance-sync pair auf einem anderen Gerät zeigt, oder mit einem neuen Link.
server-trashed = { $host }: Diese Instanz liegt bis { $day } im Papierkorb des Servers
server-trashed-hint = Hol sie vorher zurück, und alles geht weiter wie bisher: auf der Seite Trash des Servers, oder wer ihn betreibt mit serve admin undelete. Spielstände, die hier sind, bleiben.
server-storage-away = { $host } läuft, aber das, worin er Spielstände aufbewahrt, ist nicht da: Der Speicher ist nicht eingehängt oder antwortet nicht
server-storage-away-hint = Sag es dem, der den Server betreibt. Inzwischen starten Spiele, und Pushes warten.
server-no-repository = auf { $host } gibt es kein solches Repository
server-no-room = { $answer }: Der Server hat keinen Platz mehr
server-ask-who-runs-it = Frag, wer ihn betreibt.
server-redirects = { $answer }: Er leitet auf eine andere Adresse um
server-token-not-sent = Das Token wurde nicht dorthin gesendet. Wenn du der Adresse vertraust, auf die umgeleitet wird, richte die Cloud mit ihr ein.
server-of-another-kind = { $answer }: Das ist kein Server für Repositorys
server-check-url = Prüfe die URL: Es sollte die eines rest-server sein, ohne Konto und Instanz.
server-no-list =
    { $kind ->
        [keys] { $host } hat etwas geantwortet, das keine Liste von Schlüsseln ist
       *[snapshots] { $host } hat etwas geantwortet, das keine Liste von Snapshots ist
    }
server-web-page = Prüfe die URL: Dort antwortet eine Webseite, kein rest-server. Nichts wurde geändert.

# Was unser eigener Server außer Repositorys beantwortet
control-odd = { $host } hat etwas geantwortet, das dieses Programm nicht versteht
control-odd-hint = Ist der Server neuer? Aktualisiere instance-sync. Hier wurde nichts geändert.
control-unknown = { $host } kennt das Token dieses Geräts nicht
control-unknown-hint = Wurde diesem Gerät der Zugang entzogen? Was hier gespeichert ist, bleibt. So kommt es wieder hinein: instance-sync setup --force, mit einem neuen Token.
control-suspended = { $host }: Das Konto ist gesperrt
control-revoked = { $host }: Diesem Gerät wurde der Zugang entzogen; es gehört nicht mehr zu seinem Konto
control-no-route = { $host } bietet das nicht an ({ $code })
control-no-route-hint = Ein einfacher rest-server bewahrt Spielstände auf und kennt sonst nichts; ein älterer Server braucht vielleicht nur eine Aktualisierung. Nichts wurde geändert.
control-too-often = { $host } wurde zu oft gefragt
control-wait = Versuch es in { $seconds } s noch einmal. Nichts wurde geändert.
control-refused = { $host } hat abgelehnt: { $why }
control-refused-hint = Nichts wurde geändert. Frag, wer den Server betreibt.
server-instance-hint = Es wurde kein Repository angelegt. Wenn es zu viele Instanzen sind, lösch eine auf der Seite des Servers, oder lass seinen Betreiber mehr erlauben.

# Ein Repository in einem Ordner
place-not-there = den Ordner { $path } gibt es nicht
place-is-disk-connected = Ist der Datenträger angeschlossen?
place-no-repository = { $path } enthält kein solches Repository
place-not-listed = { $path } lässt sich nicht auflisten
place-not-written = in { $path } lässt sich nicht schreiben

# Herunterladen
download-refused = { $host } hat { $code } für { $url } geantwortet
download-broke-off = der Download von { $host } ist nach { $bytes } Bytes abgebrochen
download-too-large = { $host } sendet mehr als { $bytes } Bytes: Das ist nicht das Archiv
download-not-written = der Download lässt sich nicht schreiben
download-free-some-space = Schaffe etwas Platz auf dem Datenträger.

# Geheimnisse
secret-give-again = Führe aus: instance-sync setup --force { $folder }
secret-file-wrong = Sie muss ein Token enthalten: KONTO:GEHEIMNIS.
secret-not-text = { $path } ist kein Text
keyring-entry-damaged = der Eintrag dieser Instanz im Schlüsselbund ist beschädigt
keyring-key-not-written = der Schlüssel lässt sich nicht schreiben
keyring-unusable = der Schlüsselbund des Systems ist nicht benutzbar: { $why }
keyring-too-slow = der Schlüsselbund des Systems hat { $seconds } s lang nicht geantwortet: Ist er gesperrt?
keyring-unlock = Entsperre oder starte ihn, und versuche es noch einmal; oder bewahre die Geheimnisse in Dateien auf.
keyring-no-access = kein Zugriff ({ $cause })
keyring-failed-because = er ist gescheitert ({ $cause })
keyring-failed = er ist gescheitert
keyring-forgets = er hat das Geheimnis nicht behalten
keyring-none = es gibt keinen
token-empty = das Token ist leer
token-control-character = das Token enthält einen Zeilenumbruch oder ein anderes Steuerzeichen
token-no-colon = das Token hat keinen Doppelpunkt
token-no-secret = nach dem Doppelpunkt des Tokens steht nichts
token-form = Ein Token ist eine Zeile der Form KONTO:GEHEIMNIS. Nichts wurde geändert.
token-is-code = das ist ein Code, der ein Gerät macht, und kein Token
token-is-code-hint = Gesendet wurde noch nichts. Gib seinen Link (https://.../v1/enrol#ise_...) bei instance-sync setup an, wo es nach dem Server fragt, oder als --pair. Ein Code ohne Link: setup --url=https://..., und den Code, wo es nach dem Token fragt.
passphrase-one-line = die Passphrase muss eine Zeile sein, die nicht leer ist
