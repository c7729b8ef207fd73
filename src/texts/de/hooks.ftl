# Was pull, push und run sagen: im Protokoll eines Launchers, im Terminal.
