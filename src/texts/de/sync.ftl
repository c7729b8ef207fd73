# Was der Abgleich selbst sagt: src/sync.
