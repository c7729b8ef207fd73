# Was über Server, Repository, restic und Geheimnisse gesagt wird: src/store, src/remote, src/secrets, src/process.
