# What a save is about, and what is wrong with a file of it: src/domain/save.

# One short line: Day 412 · Hardcore · 1.21.4 · played 31 h
save-and = { $before } · { $after }
save-day = Day { $day }
save-survival = Survival
save-creative = Creative
save-adventure = Adventure
save-spectator = Spectator
save-hardcore = Hardcore
save-played-minutes = played { $number } min
save-played-hours = played { $number } h

# Behind the name of a file and a colon
damage-empty = it is empty
damage-broken-off = it ends before it should
damage-packed = it cannot be decompressed
damage-foreign = it does not begin as such a file does
damage-too-large = it is larger than makes sense
damage-too-deep = it is nested too deep
damage-odd-tag = it holds a value that cannot be
damage-chunk-outside = chunk { $chunk } lies outside of the file
damage-chunks-overlap = the chunks { $chunk } and { $other } lie on each other
damage-chunk-odd = chunk { $chunk } cannot be read
damage-zip-list = its list of files cannot be read
damage-odd-size = no cartridge has { $size } bytes
damage-unread = it could not be read: { $why }
