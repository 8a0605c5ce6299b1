"""The process that is the local cloud: start it, find it, stop it."""
