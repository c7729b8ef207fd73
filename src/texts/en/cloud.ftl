# What is said of the server, the repository, restic and the secrets: src/store, src/remote, src/secrets, src/process.
