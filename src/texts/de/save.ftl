# Wovon ein Spielstand handelt, und was an einer Datei davon nicht stimmt: src/domain/save.

# Eine kurze Zeile: Tag 412 · Hardcore · 1.21.4 · 31 h gespielt
save-and = { $before } · { $after }
save-day = Tag { $day }
save-survival = Überleben
save-creative = Kreativ
save-adventure = Abenteuer
save-spectator = Zuschauer
save-hardcore = Hardcore
save-played-minutes = { $number } min gespielt
save-played-hours = { $number } h gespielt

# Hinter dem Namen einer Datei und einem Doppelpunkt
damage-empty = sie ist leer
damage-broken-off = sie endet zu früh
damage-packed = sie lässt sich nicht entpacken
damage-foreign = sie beginnt nicht wie eine solche Datei
damage-too-large = sie ist größer, als es sinnvoll ist
damage-too-deep = sie ist zu tief verschachtelt
damage-odd-tag = sie enthält einen Wert, den es nicht geben kann
damage-chunk-outside = Chunk { $chunk } liegt außerhalb der Datei
damage-chunks-overlap = die Chunks { $chunk } und { $other } liegen aufeinander
damage-chunk-odd = Chunk { $chunk } ist nicht lesbar
damage-zip-list = ihr Dateiverzeichnis ist nicht lesbar
damage-odd-size = kein Modul hat { $size } Bytes
damage-unread = sie ließ sich nicht lesen: { $why }
