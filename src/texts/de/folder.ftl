# Was über den Spielordner und seine Einstellungen gesagt wird: src/workdir, src/config, src/domain.
