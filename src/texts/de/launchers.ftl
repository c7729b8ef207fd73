# Was dem Anschließen eines Launchers im Weg ist: src/wiring, src/launchers.

launcher-runs-preview = { $launcher } läuft (Prozess { $id }): schließe ihn, bevor du das wirklich ausführst
launcher-runs = { $launcher } läuft (Prozess { $id }) und würde die Änderung überschreiben
launcher-runs-hint = Schließe ihn und führe den Befehl noch einmal aus. Seine Einstellungen wurden so gelassen, wie sie sind.
launcher-no-backup = es gibt keinen Ordner für eine Kopie der Datei
launcher-set-home = Setze HOME. Nichts wurde geändert.
launcher-no-hook = Es wurde nichts angeschlossen.
launcher-libraries = { $program } braucht Bibliotheken dieses Systems, die dem Flatpak fehlen können: Starten seine Spiele nicht, nimm die Befehle wieder heraus und verwende ein statisch gebautes instance-sync (Ziel musl)
launcher-program-not-unicode = der Pfad des Programms, das gestartet werden soll, ist kein Unicode
launcher-file-left = Die Datei wurde so gelassen, wie sie ist.
launcher-apostrophe = ein vorhandener Befehl nennt den Ordner der Instanz, und im Pfad einer Instanz steht ein Apostroph: { $launcher } würde beides an der falschen Stelle trennen
launcher-apostrophe-hint = Setze den Befehl in ein eigenes Skript, ohne die Variablen des Launchers. Die Datei wurde so gelassen, wie sie ist.
launcher-not-there = { $path } ist nicht da
launcher-unreadable = { $path } ist nicht zu lesen: { $why }
launcher-unreadable-hint = Die Datei wurde so gelassen, wie sie ist. Startet der Launcher damit?
launcher-cannot-make = { $path } lässt sich nicht anlegen
launcher-cannot-write = { $path } lässt sich nicht schreiben
launcher-cannot-read = { $path } lässt sich nicht lesen
launcher-cannot-remove = { $path } lässt sich nicht entfernen
launcher-changed = { $path } wurde gerade eben geändert
launcher-changed-hint = Schließe den Launcher und führe den Befehl noch einmal aus.
launcher-left = Sie wurde so gelassen, wie sie ist.
launcher-no-place = es gibt keinen Ordner für das Programm, das gestartet werden soll
launcher-which-program = es lässt sich nicht feststellen, welches Programm läuft
hooks-file-move = Repariere { $path }, oder verschiebe die Datei an einen anderen Ort und führe den Befehl noch einmal aus.
hooks-file-lost = Ohne sie nimmt hooks remove trotzdem jeden Hook heraus und lässt den Befehl stehen, der an ihn gehängt war. Was dort sonst stand, steht in den Kopien der Dateien der Launcher, in backups daneben; und ein Launcher an einem ungewöhnlichen Ort muss mit --launcher-dir genannt werden.
