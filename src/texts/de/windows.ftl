# Was die Fenster sagen: src/window.

window-cancel = Abbrechen
window-files =
    { $number ->
        [one] { $number } Datei
       *[other] { $number } Dateien
    }
window-title = { $instance } – Instance Sync
window-close = Schließen
window-cancel-launch = Start abbrechen

size = { $number } { $unit }
size-bytes = { $number } B
size-kb = KB
size-mb = MB
size-gb = GB
size-tb = TB
size-whole = { $number }
size-fraction = { $number },{ $tenths }

time-today = Heute, { $clock }
time-yesterday = Gestern, { $clock }
time-other = { $day }, { $clock }
time-left-seconds = noch { $number } s
time-left-minutes = noch { $number } min
time-left-hours = noch { $number } h

conflict-heading = Konflikt beim Cloud-Abgleich
conflict-intro = Die Spielstände von „{ $instance }“ haben sich seit dem letzten Abgleich hier und in der Cloud geändert. Wähle, mit welchen du spielst. Nichts geht verloren: Die andere Fassung bleibt im Verlauf der Cloud.
conflict-unsaved = Was hier ist, konnte noch nicht in der Cloud gesichert werden. Es bleibt auf diesem Gerät, bis das entschieden ist.
conflict-each = Für jeden der { $number } einzeln wählen
conflict-here = Dieses Gerät
conflict-cloud = Cloud
conflict-newer = NEUER
conflict-last-from = zuletzt gesichert auf { $device }
conflict-just-now = Gerade eben
conflict-line = { $when } · { $size }
conflict-line-device = { $when } · { $size } · { $device }
conflict-differs =
    { $number ->
        [one] { $files } · 1 anders als hier
       *[other] { $files } · { $number } anders als hier
    }
conflict-more =
    { $number ->
        [one] und 1 frühere Fassung
       *[other] und { $number } frühere Fassungen
    }
conflict-version-label = { $name }, { $side }: { $first }, { $second }
conflict-keep-local = Dieses Gerät behalten
conflict-keep-local-all = Für alle dieses Gerät behalten
conflict-keep-local-means = Du spielst, was hier ist, und es kommt in die Cloud. Die Fassung der Cloud bleibt im Verlauf.
conflict-keep-cloud = Cloud behalten
conflict-keep-cloud-all = Für alle die Cloud behalten
conflict-keep-cloud-means = Du spielst die Fassung von { $device }. Was hier ist, wird vorher gesichert; instance-sync undo holt es zurück.
conflict-keep-both = Beide behalten
conflict-keep-both-means = Du spielst die spätere; die frühere wird eine eigene Welt, mit Gerät und Tag im Namen.
conflict-keep-both-of = Beide Fassungen von { $name } behalten
conflict-later = Später entscheiden
conflict-later-means = Beide Fassungen bleiben in der Cloud, hier ändert sich nichts, und du wirst wieder gefragt.
conflict-go-on = Weiter
conflict-go-on-launch = Weiter und spielen
conflict-open =
    { $number ->
        [one] 1 ist noch zu wählen.
       *[other] { $number } sind noch zu wählen.
    }
conflict-sum = { $local } wie auf diesem Gerät, { $cloud } wie in der Cloud, { $both } doppelt behalten. Jede andere Fassung bleibt im Verlauf, und instance-sync undo nimmt es zurück.
conflict-merging = Ohne Rückfrage:
conflict-fetched = { $name }: die neuere Fassung von { $device } kommt aus der Cloud
conflict-removed = { $name }: auf einem anderen Gerät gelöscht, hier auch; instance-sync undo holt es zurück
conflict-sent = { $name }: was hier ist, kommt in die Cloud

progress-reading = Spielstände werden gelesen – { $instance }
progress-preparing = restic wird geholt, das Programm zum Sichern
progress-downloading = Spielstände werden geholt – { $instance }
progress-uploading = Wird in der Cloud gesichert – { $instance }
progress-of = { $done } von { $total }
progress-pace = { $pace }/s
progress-pace-left = { $pace }/s  ·  { $left }
progress-cancelling = Wird abgebrochen …
progress-finishing = Wird abgeschlossen …

message-heading-launch = Die Cloud-Spielstände brauchen dich
message-heading-saved = Noch ist nicht alles in der Cloud
message-play = Trotzdem spielen
