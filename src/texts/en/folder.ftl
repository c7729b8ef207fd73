# What is said of the game folder and of what is configured there: src/workdir, src/config, src/domain.
