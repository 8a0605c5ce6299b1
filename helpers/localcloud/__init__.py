"""The local cloud: an embedded multi-Region AWS with true asynchronous replication."""
