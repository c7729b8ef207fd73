# Was pull, push und run sagen: im Protokoll eines Launchers, im Terminal.

# Die Frage bei einem Konflikt.

question-later = Später entscheiden
question-later-and-play = Später entscheiden und mit dem spielen, was hier ist
question-cancel = Abbrechen
question-cancel-launch = Den Start abbrechen
question-changed = { $unit } wurde auf zwei Seiten geändert:
question-what = Was soll damit werden? Verloren geht dabei nichts.
question-keep-both = Beide behalten, die ältere unter anderem Namen
question-keep-local = Die von diesem Gerät behalten
question-keep-cloud = Die aus der Cloud behalten
question-how = Pfeiltasten, dann Enter
question-dropped = Auch die Antwort zu { $units } gilt nicht.
question-files =
    { $number ->
        [one] { $number } Datei
       *[other] { $number } Dateien
    }
question-this-device = dieses Gerät
question-cloud = Cloud
question-device = Gerät
question-saved = gespeichert
question-just-now = gerade eben
question-not-saved = noch nicht gespeichert
question-size = Größe
question-differs = anders in
question-unknown = unbekannt

# Was aus einem Pull wurde.

pull-postponed = Wird später entschieden: { $units }. Beide Versionen bleiben in der Cloud.
pull-conflict = hier und in der Cloud geändert: { $units }
pull-conflict-decide = Um beide Versionen zu behalten: instance-sync resolve --keep=both { $folder }. Für nur eine davon: --keep=local (die von diesem Gerät) oder --keep=cloud. Für nur eine Welt häng ihren Namen an: { $world }.
pull-conflict-disable = Um inzwischen ohne Abgleich mit dem zu spielen, was hier ist: instance-sync disable { $folder }
conflict-kept = Hier wurde nichts geändert. Was hier ist, gibt es nur hier: Behalte es, bis das entschieden ist.
conflict-kept-and-saved = Hier wurde nichts geändert, und was hier ist, ist auch in der Cloud.

# Daraus wird ein Satz: Der erste Teil beginnt groß, dazwischen steht `;`, am Ende ein Punkt.

pull-updated = aktualisiert: { $units } ({ $size })
pull-removed = entfernt: { $units } (auf einem anderen Gerät gelöscht; um es zurückzuholen: instance-sync undo { $folder })
pull-kept-both = beide Versionen behalten: { $units }
pull-left = in der Cloud gelassen: { $units }
pull-lost = nicht zu bekommen: { $units }

# Die ersten Namen, und wie viele noch.

list-and-more = { $names } und { $more } weitere
cancelled = abgebrochen
cancelled-kept = Was hier ist, wurde so gelassen, wie es war.
cancelled-too-late = Das Neue aus der Cloud war schon da; instance-sync undo nimmt es zurück.
alert-plays-anyway = Das Spiel startet mit dem, was hier ist, wie du gesagt hast.
