# Was die Fenster sagen: src/window.

window-cancel = Abbrechen
window-files =
    { $number ->
        [one] { $number } Datei
       *[other] { $number } Dateien
    }
