"""The pure replication engine: no clock, no random source and no I/O of its own."""
