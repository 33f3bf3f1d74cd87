//! The ten things that always hold, as checks that run over any ledger.
