# Was über den Spielordner und seine Einstellungen gesagt wird: src/workdir, src/config, src/domain.

# Dateien und Ordner
folder-not-made = { $path } lässt sich nicht anlegen
folder-is-writable = Ist der Spielordner beschreibbar? Nichts wurde geändert.
file-not-opened = { $path } lässt sich nicht öffnen
file-not-read = { $path } lässt sich nicht lesen
file-not-written = { $path } lässt sich nicht schreiben
file-not-removed = { $path } lässt sich nicht entfernen
file-not-locked = { $path } lässt sich nicht sperren
file-not-looked-at = { $path } lässt sich nicht ansehen
file-if-disk-full = Wenn der Datenträger voll ist, schaffe etwas Platz, und führe den Befehl noch einmal aus. Die alte Datei ist noch da.
file-odd = { $path } ist nicht so, wie es sein sollte
file-left = { $path } wurde so gelassen, wie es ist.
file-is-a-list = eine Liste steht da, wo ein Objekt hingehört: {"{"}"name": Wert, ...{"}"}
file-of-newer-program = { $path } wurde von einer neueren Version von instance-sync geschrieben (Schema { $schema }, diese kennt { $newest })
file-update-program = Aktualisiere instance-sync auf diesem Gerät; die Datei wurde so gelassen, wie sie ist.

# sync.json
marker-repair = Repariere die Datei, oder richte die Cloud neu ein: instance-sync setup --force { $folder }. Die Spielstände wurden nicht angerührt.
marker-missing = für { $folder } ist keine Cloud eingerichtet
marker-opt-in = Richte sie ein mit: instance-sync setup
account-unusable = { $account } kann kein Kontoname sein
account-use = Benutze die Buchstaben a bis z, Ziffern, '-', '_', '.', '@' und '+'.
profile-unknown = unbekanntes Profil { $profile }: nimm minecraft oder custom

# Die Adresse der Cloud
address-empty = die URL ist leer
address-control-character = die URL enthält Steuerzeichen
address-holds-token = die URL enthält Zugangsdaten: Lass sie weg, sie gehören ins Token
address-holds-credentials = die URL enthält Zugangsdaten: Gib sie restic über seine Umgebungsvariablen oder Konfiguration
address-form = die URL hat nicht die Form https://host[:port][/prefix]
address-file-not-absolute = eine file://-URL braucht einen absoluten Pfad
address-for-browser = dieser Link gehört in einen Browser: Er legt ein Konto an, oder setzt sein Passwort neu
address-for-browser-hint = Gesendet wurde noch nichts. Öffne ihn zuerst in einem Browser. Die Seite danach zeigt für jedes Gerät, wonach instance-sync setup fragt: die Adresse des Servers und ein Token.
address-unknown = die URL ist weder https://host[:port][/prefix] noch ein absoluter Pfad noch ein Ort für restic wie s3:, sftp: oder rclone:

# scope.json
scope-missing = das Profil { $profile } braucht { $path }
scope-write-one = Schreib hinein, was abgeglichen werden soll, zum Beispiel {"{"}"include": ["saves/*"]{"}"}. Nichts wurde abgeglichen.
scope-repair = Repariere die Datei; nichts wurde abgeglichen.
policy-unknown = unbekannte Regel { $policy }: nimm eine von { $names }
pattern-missing = das Muster { $pattern } fehlt: Mindestens ein Pfad muss abgeglichen werden
pattern-not-relative = das Muster { $pattern } muss relativ zum Spielordner sein, ohne leere Teile, '.' oder '..'
pattern-unusable = das Muster { $pattern } ist nicht brauchbar
pattern-of-own-folder = das Muster { $pattern } nennt den eigenen Ordner von instance-sync, der nie abgeglichen wird
pattern-stars = das Muster { $pattern } hat '**' neben anderen Zeichen
pattern-not-glob = das Muster { $pattern } ist kein Glob: { $why }
pattern-too-complicated = das Muster { $pattern } ist zu kompliziert, allein oder mit denen davor
pattern-slash-inside = das Muster { $pattern } hat '/' in eckigen oder geschweiften Klammern oder nach einem Backslash; schreib für jeden Fall ein eigenes Muster

# Kennungen, Pfade und Angaben
id-no-ulid = { $id } ist keine ULID (26 Zeichen aus 0-9 und A-Z ohne I, L, O, U)
id-no-instance = { $id } ist keine Instanz: 26 Nullen stehen für die Liste der Instanzen des Kontos
id-no-snapshot = { $id } ist keine Snapshot-Kennung (64 Zeichen aus 0-9 und a-f)
dot-odd = { $dot } hat nicht die Form REPLICA:COUNTER
digest-odd = keine SHA-256-Summe
path-outside = { $path } ist kein Pfad im Spielordner
record-state-odd = der Zustand einer Einheit passt nicht zu ihrer Prüfsumme
record-of-another-instance = er gehört zur Instanz { $instance }
record-vector-odd = sein Versionsvektor deckt ihn selbst nicht ab
record-list-odd = die Dateiliste von { $unit } passt nicht zu ihrer Prüfsumme
record-list-unnamed = er führt Dateien von { $unit } auf, nennt es aber nicht

# Namen, die nicht auf jedem System möglich sind
name-character = der Name enthält ein Zeichen, das Windows in Namen nicht erlaubt
name-end = der Name endet mit einem Punkt oder Leerzeichen
name-of-windows-device = unter Windows heißt so ein Gerät
name-like-another = sein Name und der von { $other } unterscheiden sich nur in der Groß- und Kleinschreibung
name-two-alike = { $other } und { $path } unterscheiden sich nur in der Groß- und Kleinschreibung

# Wie lange es her ist
ago-moment = gerade eben
ago-minutes =
    { $number ->
        [one] vor { $number } Minute
       *[other] vor { $number } Minuten
    }
ago-hours =
    { $number ->
        [one] vor { $number } Stunde
       *[other] vor { $number } Stunden
    }
ago-days =
    { $number ->
        [one] vor { $number } Tag
       *[other] vor { $number } Tagen
    }
ago-on = am { $day }
ago-on-by-its-clock = am { $day } (nach der Uhr dort)

# Was sich nicht abgleichen lässt
scan-name-not-unicode = der Name ist kein gültiges Unicode und lässt sich nicht übertragen; es wurde ausgelassen
scan-link-upwards = das ist ein Link auf einen Ordner, in dem der Spielordner liegt; er wurde ausgelassen
scan-link-inside = das ist ein Link; Links in einem Spielstand werden nicht abgeglichen
scan-link-leads-nowhere = das ist ein Link, der ins Leere führt oder nicht gelesen werden darf
scan-neither-file-nor-folder = das ist weder eine Datei noch ein Ordner; es wurde ausgelassen
scan-no-thread = das System hat keinen Thread frei, um es anzusehen

# Dateien an ihren Platz bringen
swap-unfinished = Der Austausch ist noch nicht fertig; nichts ist verloren. Schließe alles, was den Spielordner benutzt, und führe instance-sync pull noch einmal aus: Es macht hier weiter.
swap-not-moved = { $path } lässt sich nicht nach undo verschieben
swap-folder-not-removed = der Ordner { $path } lässt sich nicht entfernen
swap-folder-not-made = der Ordner { $path } lässt sich nicht anlegen
swap-not-put = { $path } lässt sich nicht an seinen Platz bringen
swap-not-durable = Änderungen in { $path } lassen sich nicht dauerhaft speichern
swap-no-free-name = in undo ist kein Name mehr frei
journal-unreadable = Ein Austausch wurde unterbrochen, und sein Journal lässt sich nicht lesen. Lass .cloud-sync, wie es ist, und hol dir Hilfe: Die alten Dateien sind in .cloud-sync/undo, die neuen in .cloud-sync/staging-*.
journal-no-staging = { $path }: { $staging } ist kein Ordner für neue Dateien
journal-of-another = { $path } gehört zu einer anderen Instanz oder einer anderen Kopie dieses Ordners
journal-left = Die Datei wurde nicht angerührt. Verschiebe sie woandershin, wenn du weißt, dass dieser Ordner so ist, wie du ihn willst.
staged-not-durable = das geholte { $path } lässt sich nicht dauerhaft speichern
staged-not-read = das geholte { $path } lässt sich nicht lesen
in-the-way-file = { $path } liegt hier, ist etwas anderes als das, was an seine Stelle käme, und wird von diesem Gerät nicht synchronisiert; nichts könnte es zurückbringen, also leg es vorher woanders hin
in-the-way-link = { $path } ist ein Link, und was dahinter liegt, wird nicht synchronisiert; leg vorher den Ordner selbst dorthin
staged-missing = der Snapshot gibt es nicht her, obwohl es in ihm sein soll
staged-no-file = im Snapshot ist dort keine Datei
staged-size = im Snapshot hat es eine andere Größe als angegeben
staged-content = im Snapshot hat es einen anderen Inhalt als angegeben

# Was dieser Ordner weiß
state-old-schema = die Datei hat das alte Schema { $schema }
state-damaged = die Datei ist beschädigt
state-of-another-instance = die Datei gehört zur Instanz { $instance }

# Ein anderes instance-sync
busy-unnamed = ein anderes instance-sync arbeitet nach { $seconds } s noch an dieser Instanz
busy-named = ein anderes instance-sync ({ $command }, Prozess { $process }) arbeitet nach { $seconds } s noch an dieser Instanz
busy-wait = Warte, bis es fertig ist, und führe den Befehl noch einmal aus. Nichts wurde geändert.
