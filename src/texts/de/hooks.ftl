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
question-about = Spiel
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

# Was aus einem Push wurde.

push-saved-everything = Alles in der Cloud gespeichert ({ $size } neu).
push-saved = In der Cloud gespeichert: { $units } ({ $size } neu).
push-saved-deletion = In der Cloud gespeichert: die Löschung von { $deleted } ({ $size } neu).
push-saved-and-deletion = In der Cloud gespeichert: { $units } und die Löschung von { $deleted } ({ $size } neu).
push-news = In der Cloud sind auch Snapshots, die hier neu sind. Der nächste Pull sieht sie sich an.
push-left-open = ausgelassen, weil ein laufendes Spiel es offen hat: { $units }
push-left-open-hint = Halb Geschriebenes wird nie gespeichert. Verlass die Welt und gib dann ein: instance-sync push { $folder }
push-pending-hint = Der Spielstand bleibt hier und geht bei nächster Gelegenheit hinaus.
push-conflict = dieser Ordner ist gerade erst beigetreten und unterscheidet sich von der Cloud in { $units }
push-conflict-decide = Um zu entscheiden: instance-sync resolve --keep=both { $folder }. Oder --keep=local (die von diesem Gerät), --keep=cloud.

# Eine Entscheidung.

resolve-nobody = was soll mit { $unit } werden? Hier kann niemand gefragt werden
resolve-nobody-hint = Häng --keep=both, --keep=local, --keep=cloud oder --keep=newest an. Es wurde nichts geändert.
resolve-offline = es wurde nichts entschieden: { $why }
resolve-offline-hint = Hier wurde nichts geändert. Versuch es noch einmal, wenn das behoben ist.
not-opted-in = { $folder } ist nicht für den Abgleich eingerichtet
not-opted-in-hint = Es wurde nichts getan. Ist es der richtige Ordner? Siehe --pack-folder; instance-sync setup richtet einen ein.
resolve-nothing-left = Es ist nichts mehr zu entscheiden.

# Was alle Befehle sagen.

command-input-unread = die Standardeingabe lässt sich nicht lesen

# Wie weit eine Arbeit ist.

work-reading = Lesen
work-fetching-restic = restic holen
work-fetching = Holen
work-saving = Speichern
work-line = { $title }: { $done }, { $pace }/s
work-line-of = { $title }: { $done } von { $total }, { $pace }/s
work-line-left = { $title }: { $done } von { $total }, { $pace }/s, noch { $left }
time-years =
    { $number ->
        [one] { $number } Jahr
       *[other] { $number } Jahre
    }
time-weeks =
    { $number ->
        [one] { $number } Woche
       *[other] { $number } Wochen
    }
time-days =
    { $number ->
        [one] { $number } Tag
       *[other] { $number } Tage
    }
time-hours =
    { $number ->
        [one] { $number } Stunde
       *[other] { $number } Stunden
    }
time-minutes =
    { $number ->
        [one] { $number } Minute
       *[other] { $number } Minuten
    }
time-seconds =
    { $number ->
        [one] { $number } Sekunde
       *[other] { $number } Sekunden
    }

# Fragen und Menüs.

prompt-unanswered = die Frage wurde nicht beantwortet
prompt-unanswered-since = die Frage wurde nicht beantwortet ({ $why })
prompt-unanswered-hint = Es wurde nichts geändert.
menu-shown = ({ $first } bis { $end } von { $count })
menu-none-taken = Noch ist nichts gewählt: Die Leertaste wählt die Zeile bei >.

# Was davor steht.

output-warning = Warnung: { $text }
output-error = Fehler: { $text }
