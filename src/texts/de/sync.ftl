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
