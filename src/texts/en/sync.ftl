# What the engine says: src/sync.
