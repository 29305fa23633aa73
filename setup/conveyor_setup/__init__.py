"""The set-up of a workplace for the module: standard library only, it runs before anything is installed."""
