# Was der Abgleich selbst sagt: src/sync.

# Versionen, die nichts voneinander wissen.

decide-kept-here = { $unit } wurde auf zwei Seiten geändert: Es gilt die Version von diesem Gerät. Die andere bleibt in der Cloud.
decide-kept-here-as-before = { $unit } wurde auf zwei Seiten geändert: Wie schon entschieden, gilt die Version von diesem Gerät. Die andere bleibt in der Cloud.
decide-kept-there = { $unit } wurde auf zwei Seiten geändert: Es gilt die Version von { $device }. Die andere bleibt in der Cloud.
decide-kept-there-as-before = { $unit } wurde auf zwei Seiten geändert: Wie schon entschieden, gilt die Version von { $device }. Die andere bleibt in der Cloud.
decide-conflict = { $unit } wurde hier und auf { $device } geändert
decide-conflict-saved = { $unit } wurde hier und auf { $device } geändert (gespeichert { $time })

# Was ein Pull meldet.

pull-offline-hint = Das Spiel startet mit dem, was hier ist. Änderungen gehen bei nächster Gelegenheit hinaus.
pull-other-playing = Auf { $device } wird das seit { $since } gespielt: Was dort gespielt wird, ist noch nicht in der Cloud.
pull-other-unpushed = { $device } hat eine Sitzung, die seit { $since } nicht gesichert ist: Was dort gespielt wurde, ist noch nicht in der Cloud.
pull-starts-hint = Das Spiel startet mit dem, was hier ist.
pull-nothing-yet = In der Cloud ist noch nichts. Der erste Push legt das Repository an.
pull-disable-hint = Um inzwischen ohne Abgleich zu spielen: instance-sync disable { $folder }
pull-only-here-hint = Was du seit dem letzten Push gespielt hast, ist bisher nur auf diesem Gerät.
pull-cloud-lost = Die Cloud hat Snapshots verloren, die dieses Gerät hochgeladen hatte. Was hier ist, wird noch einmal hochgeladen. Hier ändert sich nichts.
pull-foreign =
    { $number ->
        [one] In der Cloud liegt ein Snapshot von einem anderen Programm. Er bleibt, wie er ist. Mit restic lässt er sich zurückholen.
       *[other] In der Cloud liegen { $number } Snapshots von einem anderen Programm. Sie bleiben, wie sie sind. Mit restic lassen sie sich zurückholen.
    }
pull-rolled-back = Der Stand dieses Ordners ist älter als sein letzter Push (aus einem Backup zurückgeholt?). Er wird neu verglichen.
pull-unknown = die Cloud lässt sich nicht ganz lesen: { $why }
pull-unknown-hint = Hier wurde nichts geändert, und nichts gilt als gelöscht.
pull-kept-deleted = { $unit } wurde auf einem anderen Gerät gelöscht und hier geändert: Es bleibt.
pull-back-deleted = { $unit } wurde hier gelöscht und auf einem anderen Gerät geändert: Es kommt zurück.
pull-open-world = { $unit } ist in einem laufenden Spiel offen, und in der Cloud ist eine neuere Version
pull-open-world-hint = Hier bleibt sie, wie sie ist. Verlass die Welt und starte neu, um die neuere zu bekommen. Wenn du weiterspielst, werden es zwei Versionen.
pull-forked = { $unit } wurde auf zwei Geräten zugleich geändert. Dieses Gerät macht mit einer Version weiter, bis das andere entscheidet. Verloren geht nichts. Um hier zu entscheiden: instance-sync resolve --keep=both { $folder } { $word }

# Einen Ordner öffnen, und sein Repository.

session-state-unused = state.json wird nicht benutzt: { $why }. Was hier und in der Cloud ist, wird neu verglichen.
session-pull-finished = Ein unterbrochener Pull wurde zu Ende gebracht.
session-undo-finished = Ein unterbrochenes Zurückholen wurde zu Ende gebracht.
session-restore-finished = Ein abgebrochener Restore wurde zu Ende geführt.
unfinished-open-pull = { $unit } ist in einem laufenden Spiel offen, und ein unterbrochener Pull wartet darauf
unfinished-open-undo = { $unit } ist in einem laufenden Spiel offen, und ein unterbrochenes Zurückholen wartet darauf
unfinished-open-restore = { $unit } ist in einem laufenden Spiel offen, und ein unterbrochener Restore wartet darauf
unfinished-open-hint = Diese Welt kann gerade aus zwei Versionen bestehen. Verlass sie: Dann macht der nächste Pull oder Push weiter und hebt auf, was in ihr gespielt wurde. Bis dahin wird aus diesem Ordner nichts geholt und nichts gesichert.
unfinished-played = { $unit } wurde geändert, nachdem ein Pull, ein Zurückholen oder ein Restore davon unterbrochen worden war und bevor es zu Ende gebracht wurde
unfinished-played-hint = Was darin war, ist vollständig in .cloud-sync/undo und kommt mit dem nächsten Pull oder Push in die Cloud. Um es zurückzuholen: instance-sync undo --id={ $id } { $folder }
unfinished-not-kept-hint = Es wurde nach der Unterbrechung geändert und wird vollständig kopiert, bevor es weitergeht. Nichts wurde ersetzt; schaffe etwas Platz und führe instance-sync pull noch einmal aus.
session-overtaken = ein anderer Befehl hat in diesem Ordner gearbeitet, während die Frage offen war
session-overtaken-hint = Nichts wurde geändert. Führe den Befehl noch einmal aus, um zu sehen, wie es jetzt ist.
session-plain-http = { $location } ist unverschlüsseltes http zu einem anderen Rechner: Unterwegs könnte jemand den Token lesen
session-plain-http-hint = Nimm https oder erlaube es mit --insecure-http. Es wurde nichts gesendet.
session-token-again = Um ein anderes anzugeben: instance-sync setup --force { $folder }
session-copy = dieser Ordner ist eine Kopie von { $original } und wird nicht abgeglichen
session-copy-hint = Um ihn als eigene Instanz abzugleichen: instance-sync setup { $folder }. Das wird nur einmal gesagt.
session-copy-alone = dieser Ordner ist eine Kopie von { $original }; das Original ist nicht mehr da, und die Kopie wird weiterhin nicht abgeglichen
session-copy-alone-hint = Um ihn als eigene Instanz abzugleichen: instance-sync setup { $folder }
session-copy-again-hint = Um mit der Instanz weiterzumachen, von der er kopiert wurde: instance-sync setup { $folder }, und { $instance } wählen
session-probe-died = die Anfrage an den Server ist gescheitert
session-no-credentials = keine Zugangsdaten
session-no-locks = Kein Programm hat eine Sperre zurückgelassen, soweit sich das von hier sagen lässt.
session-unlocked =
    { $number ->
        [one] Eine Sperre entfernt, die ein Programm zurückgelassen hat.
       *[other] { $number } Sperren entfernt, die Programme zurückgelassen haben.
    }
session-nothing-created = Es wurde nichts angelegt: Das tut nur das Gerät, das die Instanz eingerichtet hat. Prüfe URL und Konto.
session-was-there = Es wurde nichts angelegt. Früher war es da: Prüfe URL und Konto, und ob es verschoben wurde.
session-begin-anew = Wenn es gelöscht wurde und kein Backup es zurückbringt, fang mit dem neu an, was hier ist, als neue Instanz, der die anderen Geräte beitreten: instance-sync disable { $folder }, dann instance-sync setup { $folder }

# Was ein Push meldet.

push-still-here-hint = Die Spielstände sind noch hier.
push-open = { $world } ist in einem laufenden Spiel offen
push-open-hint = Halb Geschriebenes wird nie gespeichert. Verlass die Welt und gib dann ein: instance-sync push { $folder }

# Token, Schlüssel, und wo sie liegen.

access-plain-http = unverschlüsseltes http würde den Token unterwegs allen zeigen
access-plain-http-hint = Nimm https oder erlaube es mit --insecure-http.
access-mended = { $path } war für andere Benutzer dieses Rechners lesbar; das ist behoben
access-no-file = { $path } gibt es nicht
access-missing = auf diesem Gerät gibt es keinen Token für diese Instanz
access-unread = auf diesem Gerät gibt es keinen lesbaren Token für diese Instanz: { $why }
access-keyring-hint = Wenn er im Schlüsselbund liegt, entsperre den und versuch es noch einmal.
access-again-hint = Gib ihn noch einmal an: instance-sync setup --force { $folder }
access-needs-token = ein rest-server braucht einen Token
access-needs-token-hint = Gib ihn mit --token=ACCOUNT:SECRET oder --token-file an.
access-needs-password = das Repository braucht ein Passwort
access-needs-password-hint = Gib einen Token an, oder eine Passphrase mit --passphrase-file.
access-needs-passphrase = dieser Token gehört nur einem Gerät, damit verschlüsselte Spielstände wären auf keinem anderen zu öffnen: eine Passphrase ist nötig
access-needs-passphrase-hint = Schreib eine Passphrase, die nur du kennst, in eine Datei und gib sie mit --passphrase-file an: auf dem ersten Gerät eine neue, auf jedem anderen dieselbe. instance-sync setup fragt danach. Sie wird nie gesendet, und niemand kann sie ersetzen.
access-give-hint = Gib ihn an: instance-sync setup --force { $folder }
secret-place-stay-hint = Es wurde nichts verschoben: Die Geheimnisse sind, wo sie waren.
secret-place-flatpak = der Schlüsselbund lässt sich für { $folder } nicht benutzen: Der Ordner gehört zu einem Flatpak, und die Hooks darin erreichen den Schlüsselbund nicht
secret-place-flatpak-hint = Lass --keyring weg: Dann stehen die Geheimnisse in Dateien, die nur du lesen kannst.
secret-place-both-hint = Die Geheimnisse liegen jetzt in Dateien. Der Schlüsselbund hat sie auch noch.
fastkey-not-kept = der Server behält keine Schlüsseldatei von uns
fastkey-none = Es gibt keinen schnellen Schlüssel, und jeder Schritt dauert eine halbe Sekunde länger: { $why }
fastkey-untried = der schnelle Schlüssel lässt sich nicht ausprobieren
fastkey-wrong = der schnelle Schlüssel enthält den Hauptschlüssel nicht

# restic holen.

provision-ways-out = Installiere restic { $version } oder neuer, sodass es im PATH liegt, oder gib das Programm mit --restic-binary an.
provision-no-download = restic ist nicht da, und --no-download verbietet, es zu holen
provision-no-download-old = das restic auf diesem Gerät, { $program }, hat Version { $version } und ist damit zu alt, und --no-download verbietet, ein anderes herunterzuladen
provision-no-checksum = von restic { $version } für { $os } auf { $arch } ist keine Prüfsumme bekannt, darum wird es nicht heruntergeladen
provision-mirror-hint = Ein anderer Ort lässt sich mit --restic-mirror oder INSTANCE_SYNC_RESTIC_MIRROR angeben.
sync-cannot-make = { $path } lässt sich nicht anlegen
sync-cannot-write-to = in { $path } lässt sich nicht schreiben
provision-fetching = Hole restic { $version } (einmal für alle Instanzen dieses Benutzers).
provision-wrong-sum = was von { $url } kam, ist nicht restic { $version }: Die SHA-256 ist { $sum } und muss { $expected } sein
provision-wrong-sum-hint = Es wurde verworfen: Die Übertragung brach ab, oder dem Ort ist nicht zu trauen.
provision-unread-download = das Heruntergeladene lässt sich nicht lesen
provision-does-not-run = was von { $url } kam, läuft auf diesem Rechner nicht als restic

# Einen Ordner einrichten.

optin-folder-hint = Gib mit --pack-folder den Ordner an, in dem saves/ und options.txt liegen.
optin-no-folder = { $path } ist kein Ordner
optin-unusable = der Ordner { $path } lässt sich nicht benutzen
optin-left-hint = Der Ordner blieb, wie er war.
optin-already = { $path } ist schon eingerichtet, als Instanz { $instance } auf { $location }
optin-already-hint = Es wurde nichts geändert. Um ihn neu einzurichten, häng --force an.
optin-writable-hint = Darf in den Ordner geschrieben werden?
optin-no-instance-hint = Dort gibt es keine Instanz { $instance } dieses Kontos: Prüfe die ID, das Konto und die URL.
optin-offline-hint = Um vorerst ohne den Server einzurichten, häng --offline an.
optin-other-passphrase = eine andere Passphrase öffnet sie
optin-not-there-yet = { $path } ist noch nicht da
optin-leave-out = { $why }: Lass { $folder } weg, wenn du diese Instanz exportierst

# Was entschieden wird.

resolve-missing = { $unit } fehlt hier, das ist keine Frage von Versionen
resolve-missing-hint = --keep=cloud holt es zurück, --keep=local löscht es überall. Es wurde nichts geändert.
resolve-not-open = zu { $unit } ist nichts zu entscheiden
resolve-none-open-hint = Es ist überhaupt nichts zu entscheiden. Es wurde nichts geändert.
resolve-open-hint = Offen sind: { $units }. Es wurde nichts geändert.
resolve-noted-both = Notiert: beide Versionen von { $unit }. Das geschieht, sobald alles entschieden ist.
resolve-noted-local = Notiert: die Version dieses Geräts von { $unit }. Das geschieht, sobald alles entschieden ist.
resolve-noted-cloud = Notiert: die Version der Cloud von { $unit }. Das geschieht, sobald alles entschieden ist.
resolve-noted-newest = Notiert: die spätere Version von { $unit }. Das geschieht, sobald alles entschieden ist.
resolve-noted-none = Notiert: keine Version von { $unit }. Das geschieht, sobald alles entschieden ist.

# Was es nur hier gibt, zuerst in die Cloud.

safety-saving = Ich speichere, was es bisher nur hier gibt.
safety-saved-deletion = Die Löschung von { $unit } ist gespeichert.
safety-copying = Sicherheitskopie von dem, was es bisher nur hier gibt.

# Was hier ist, und was nicht.

observe-vanished = fehlt hier, oder das meiste davon: { $unit }. Ist ein Laufwerk nicht angeschlossen? In der Cloud und auf anderen Geräten bleibt es, wie es war
observe-vanished-more = fehlt hier, oder das meiste davon: { $unit } und { $more } weitere. Ist ein Laufwerk nicht angeschlossen? In der Cloud und auf anderen Geräten bleibt es, wie es war
observe-vanished-meant = Wenn du das so willst: instance-sync push --allow-shrink { $folder }
observe-vanished-back = Um es zurückzuholen: instance-sync resolve --keep=cloud { $folder } { $names }
observe-more-problems =
    { $more ->
        [one] noch ein Pfad wird nicht abgeglichen; siehe instance-sync status
       *[other] noch { $more } Pfade werden nicht abgeglichen; siehe instance-sync status
    }
observe-unreadable = { $unit } lässt sich nicht ganz lesen und wird ausgelassen
observe-unreadable-hint = Die letzte Version in der Cloud bleibt, wie sie ist.

# Snapshots, und was sie von sich sagen.

graph-gone = der Snapshot { $id } ist weg, und kein anderer hat diese Version von { $unit }
graph-incomplete = der Snapshot { $id } ist nicht vollständig und bleibt beiseite (sein Gerät lädt noch einmal hoch)
graph-repaired = der Snapshot { $id } wurde repariert und sagt nicht mehr, was er ist: Er bleibt beiseite
graph-made-by-hint = Er ist von { $device }.
graph-mend-hint = Er zählt nicht mehr, sobald das Gerät, von dem er ist, seine nächste Änderung hochgeladen hat. Gibt es das Gerät nicht mehr, muss das Repository repariert oder der Snapshot entfernt werden: siehe docs/guides/own-server.md
graph-unreadable =
    { $number ->
        [one] der Snapshot { $id } lässt sich nicht lesen
       *[other] { $number } Snapshots lassen sich nicht lesen, darunter { $id }
    }
graph-unreadable-hint = Wer den Server betreibt, kann snapshots/{ $id } des Repositorys aus einem Backup zurückholen oder entfernen: siehe docs/guides/own-server.md
graph-newer = der Snapshot { $id } ist von einer neueren Version von instance-sync: Aktualisiere es auf diesem Gerät
graph-garbled = was der Snapshot { $id } von sich sagt, lässt sich nicht lesen
graph-left-aside = der Snapshot { $id } bleibt beiseite: { $why }

# Veröffentlichen.

publish-again-changed = Dateien haben sich beim Speichern geändert; es wird noch einmal gespeichert.
publish-again-unread = Nicht alles ließ sich lesen ({ $why }); es wird noch einmal gespeichert.
publish-again-counted = Der Snapshot hat nicht so viele Dateien, wie hier sind; es wird noch einmal gespeichert.
publish-changed = beim Speichern haben sich immer wieder Dateien geändert
publish-changed-hint = Läuft das Spiel noch? Alles ist noch hier. Gib instance-sync push ein, wenn es beendet ist.
publish-unread = nicht alles ließ sich lesen: { $why }
publish-unread-hint = Alles ist noch hier. Gib instance-sync push ein, wenn das behoben ist.
publish-counted = der Snapshot hat nicht so viele Dateien, wie hier sind, und geändert hat sich nichts
publish-counted-hint = Alles ist noch hier, und kein Gerät hält diesen Snapshot für deinen. Gib noch einmal instance-sync push ein.
publish-damage = die Cloud hat einen Teil von dem verloren, was dieses Gerät gespeichert hatte
publish-damage-mended = Er wurde hier gelesen und noch einmal gespeichert ({ $why }).
publish-damage-verify = Um zu sehen, ob alles da ist: instance-sync verify { $folder }
publish-rescue-changed = Dateien haben sich geändert, während eine Sicherheitskopie von ihnen entstand
publish-rescue-changed-hint = Hier wurde nichts geändert. Beende das Spiel, oder was sonst dort schreibt, und starte neu.
publish-no-list = die Liste der Dateien lässt sich nicht schreiben

# Holen, und an seinen Platz bringen.

fetch-stays = { $unit } bleibt in der Cloud: { $why }
fetch-copy-stays = { $unit } kann hier nicht liegen und bleibt in der Cloud: { $why }
fetch-not-listed = der Snapshot { $id } führt { $unit } nicht so auf, wie er sollte
fetch-cannot-stage = { $unit } lässt sich nicht bereitlegen
fetch-cannot-copy = { $path } lässt sich nicht kopieren
fetch-no-room = auf dem Laufwerk sind { $free } MB frei, und das hier braucht { $needed } MB
fetch-no-room-hint = Mach Platz und starte neu; alte Versionen in .cloud-sync/undo können weg. Es wurde nichts geändert.
carry-lost = die Cloud kann { $unit } nicht liefern ({ $why })
carry-lost-hint = Hier bleibt es, wie es ist; alles andere geht weiter. Um genauer nachzusehen: instance-sync verify { $folder }
carry-opened = { $unit } wurde in einem Spiel geöffnet, während der Pull lief
carry-changed = { $unit } hat sich geändert, während der Pull lief
carry-changed-hint = Es wurde nichts geändert. Beende das Spiel, oder was sonst dort schreibt, und starte neu.
carry-in-the-way = { $unit } lässt sich nicht ersetzen: { $why }
carry-in-the-way-hint = Es wurde nichts geändert. Leg das woanders hin und gib den Befehl noch einmal ein, oder hol die Version mit restore --to oder --as-copy.
carry-undo-unsaved = eine alte Version in undo lässt sich noch nicht in der Cloud speichern: { $why }

# Zurückholen.

undo-unknown = nichts, was ersetzt oder entfernt wurde, heißt { $unit }
undo-unknown-hint = instance-sync undo --list zeigt, was da ist.
undo-several = mehrere Einträge beginnen mit { $id }
undo-several-hint = Gib mehr von der ID an: instance-sync undo --list --json zeigt sie ganz.
undo-none = { $id } ist keiner der Einträge, die sich zurückholen lassen
undo-none-hint = instance-sync undo --list zeigt sie.
undo-open = { $unit } ist in einem laufenden Spiel offen
undo-open-hint = Verlass die Welt und gib den Befehl noch einmal ein. Es wurde nichts geändert.
undo-cannot-keep = { $path } lässt sich nicht nach undo kopieren
undo-cannot-copy = { $path } lässt sich nicht aus undo kopieren
undo-unchanged-hint = Auf diesem Gerät wurde nichts geändert.
undo-not-whole = die alte Version von { $unit } ist in .cloud-sync/undo nicht mehr vollständig
undo-needs-cloud-hint = Dateien, die sich seitdem geändert haben, müssen aus der Cloud kommen. Hier wurde nichts geändert. Versuch es noch einmal, wenn sie zu erreichen ist.

# Zeiten, wie Menschen sie schreiben.

when-bad = { $text } ist keine Zeit, zu der es zurückgeht: { $why }
when-hint = Schreib "gestern 18:00", "2026-11-20 18:00", "18:00" (heute), "3 days ago", "2h ago" oder 2026-11-20T18:00:00+01:00.
when-unknown = das ist nicht zu verstehen
when-day = das ist ein ganzer Tag; schreib die Uhrzeit dazu, etwa 18:00, oder 23:59 für das Ende des Tages
when-future = das heißt { $time }, und das kommt erst noch
when-twice = das heißt { $time }, und das zeigten die Uhren an dem Tag zweimal; schreib es mit dem Abstand zu UTC, etwa 2026-10-25T02:30:00+02:00
when-never = das heißt { $time }, und das haben die Uhren an dem Tag ausgelassen

# Zurück, wie es war.

restore-no-point = sag, wohin es zurückgehen soll
restore-no-point-hint = --at="gestern 18:00", --snapshot=ID oder --before-last-session.
restore-offline-hint = Alte Versionen kommen aus der Cloud. Hier wurde nichts geändert; versuch es noch einmal, wenn sie zu erreichen ist. instance-sync undo nimmt den letzten Pull oder Restore auch ohne sie zurück.
restore-unreadable = { $number ->
        [one] der Snapshot { $id } lässt sich nicht lesen
       *[other] { $number } Snapshots lassen sich nicht lesen, darunter { $id }
    } ({ $why })
restore-unreadable-hint = Eine Version, die nur dort ist, wird nicht gefunden.
restore-snapshot-none = kein Snapshot beginnt mit { $id }
restore-snapshot-several = mehrere Snapshots beginnen mit { $id }
restore-snapshot-hint = instance-sync history zeigt sie; gib so viel von der ID an, dass nur einer passt.
restore-foreign = der Snapshot { $id } wurde mit restic allein gemacht und sagt nicht, was seine Dateien für ein Spiel sind
restore-foreign-hint = Stell ihn in einem anderen Ordner wieder her und nimm dir dort, was du brauchst: --to=ORDNER.
restore-foreign-unit = der Snapshot { $id } wurde mit restic allein gemacht und kennt { $unit } nicht
restore-foreign-unit-hint = Lass den Namen weg: Alles darin kommt in den Ordner.
restore-unknown = die Cloud hat kein { $unit }
restore-unknown-hint = Gemeint sind Pfade im Spielordner wie "saves/My World". Nur was gepusht wurde, lässt sich wiederherstellen.
restore-meant-hint = Meintest du: { $units }
restore-undated-hint = Nur Sicherheitskopien haben es: Nenne eine mit --snapshot.
restore-not-there = { $unit } gab es damals nicht
restore-since = Es gibt es seit { $since }.
restore-deleted = Es wurde am { $time } gelöscht.
restore-deleted-then = Es war damals gelöscht.
restore-called = Es hieß damals { $then }: Stelle das wieder her.
restore-no-session = es ist keine Sitzung bekannt, vor die es zurückgehen könnte
restore-no-session-hint = Mach erst einen Pull, oder sag mit --at oder --snapshot, wohin es zurückgehen soll.
restore-no-earlier = von { $unit } ist keine Version von vor der letzten Sitzung bekannt
restore-no-earlier-hint = Es ist seitdem neu, oder was davor war, wurde aufgeräumt. Es wurde nichts geändert.
restore-no-copy = { $unit } ist keine Welt: eine Kopie daneben läse niemand
restore-no-copy-hint = Stell es an seinem Platz wieder her, oder mit --to in einem anderen Ordner.
restore-pull-first = seine neueste Version war noch nie hier; mach erst einen Pull, oder hol es mit --as-copy oder --to
restore-copy-taken = Welten mit anderem Inhalt haben die Namen, die eine Kopie hätte
restore-cannot = { $unit } lässt sich nicht wiederherstellen: { $why }
restore-out-of-scope = dieses Gerät synchronisiert es nicht; mit --to kommt es in einen anderen Ordner
restore-unreadable-here = was hier liegt, lässt sich nicht ganz lesen und also vorher nicht sichern
restore-unsaved-hint = Was nur hier ist, muss in der Cloud sein, bevor es ersetzt wird. Es wurde nichts geändert.
restore-lost = die Cloud kann { $unit } nicht liefern, wie es war ({ $why })
restore-lost-hint = Hier bleibt es, wie es ist. Ein anderer Zeitpunkt ist vielleicht vollständig.
restore-bad-folder = in { $folder } lässt sich nichts wiederherstellen: { $why }
restore-bad-folder-hint = Nenne einen Ordner außerhalb des Spielordners. Es wurde nichts geändert.
restore-folder-is-file = das ist eine Datei
restore-folder-is-game = das ist der Spielordner; ohne --to wird dort wiederhergestellt
restore-folder-is-ours = das ist der Ordner von instance-sync
restore-folder-is-synced = was dort landet, würde als Teil des Spiels synchronisiert
restore-in-the-way = in { $folder } liegen andere Dateien mit diesen Namen: { $names }
restore-in-the-way-more = in { $folder } liegen andere Dateien mit diesen Namen: { $names } und { $more } weitere
restore-in-the-way-hint = Es wurde nichts geschrieben. Nenne einen leeren Ordner, oder räum sie weg.
restore-not-removed = { $path }, von einem abgebrochenen Restore übrig, lässt sich nicht entfernen
restore-not-written = { $path } lässt sich nicht schreiben
restore-changed-meanwhile-hint = Etwas anderes hat inzwischen dort geschrieben. Gib den Befehl noch einmal ein.
restore-no-room-hint = Mach Platz, oder nenne ein anderes Laufwerk, und starte neu: Was schon geholt ist, bleibt.
restore-place-hint = Es wurde nichts geändert. Nenn mit --to einen anderen Ort, an dem du schreiben darfst.

# Eine Welt als Zip.

export-bad-file = { $file } lässt sich nicht schreiben: { $why }
export-is-folder = das ist ein Ordner
export-unknown = hier gibt es kein { $unit }
export-unknown-hint = Gemeint sind Pfade im Spielordner wie "saves/My World". Was einmal hier war, kommt mit --at oder --snapshot.
export-unreadable = { $unit } lässt sich nicht ganz lesen: { $why }
export-changed = { $unit } hat sich immer wieder geändert, während es gelesen wurde
export-not-written = { $file } lässt sich nicht schreiben
export-not-written-hint = Es blieb kein Zip zurück, und die Welt ist, wie sie war. Ist auf dem Datenträger Platz? --to nennt einen anderen Ort.
export-no-world = { $unit } ist kein Ordner: Launcher importieren Welten
export-no-world-hint = instance-sync restore --to=ORDNER holt jede Datei zurück.
export-exists = { $file } ist schon da und enthält etwas anderes
export-exists-hint = Es wurde nichts geschrieben. Wähle mit --to einen anderen Namen, oder ersetze die Datei mit --force.

# Ob die Cloud hat, was sie haben soll.

drill-damage = Eine Wiederherstellungsprobe hat ergeben, dass die Cloud { $units } nicht mehr hergeben kann
drill-damage-look = Was hier ist, blieb unberührt. Was nicht stimmt, zeigt: instance-sync verify { $folder }
verify-repair-hint = Es wurde nichts geändert. Wer das Passwort des Repositorys hat, kann es reparieren (docs/guides/own-server.md, kurz: restic check --read-data sagt, was nicht stimmt; restic repair index hilft bei Packs, die weg sind, restic repair packs bei beschädigten). Ist das getan, speichert ein Gerät, das die Dateien noch hat, sie mit dem Push nach seiner nächsten Änderung wieder; vorher hilft kein Push
verify-offline-hint = Was in der Cloud ist, lässt sich nur prüfen, wenn sie zu erreichen ist. Es wurde nichts geändert.
verify-not-listed = der Snapshot führt es nicht so auf, wie er sollte

# Die Liste der Instanzen eines Kontos.

catalogue-asking = Ich frage nach den Instanzen des Kontos, und wann welche zuletzt gespielt wurde.
catalogue-no-folder = der Ordner { $path } ist nicht da
catalogue-no-folder-hint = Ist das Laufwerk angeschlossen?
catalogue-unlisted = die Instanzen des Kontos lassen sich nicht auflisten
catalogue-by-id-hint = Einer Instanz kannst du auch mit ihrer ID beitreten. Auf einem Gerät, das sie hat, zeigt instance-sync status die ID.
catalogue-other-passphrase = die Liste der Instanzen dieses Kontos ist mit einer anderen Passphrase (oder einem anderen Geheimnis) verschlüsselt
catalogue-other-passphrase-hint = Hast du dich vertippt? Dann gib sie noch einmal ein.
catalogue-unusable = die Liste der Instanzen dieses Kontos lässt sich nicht benutzen
catalogue-died = die Instanzen aufzulisten ist gescheitert
catalogue-unwritten = ein Eintrag lässt sich nicht schreiben
