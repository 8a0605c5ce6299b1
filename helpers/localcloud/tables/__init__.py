"""Global tables: what UpdateTable and its kin ask for, replicas, strong tables."""
