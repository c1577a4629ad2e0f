"""How long work that nobody sits before waits for another writer."""

from __future__ import annotations

#: While a restore writes ten million values it holds the lock for a minute. Nobody sits before a
#: job, and to fail by that would cost all that it has done.
LOCK_PATIENCE_SECONDS = 600.0

#: Nearly every write is done by then; whoever holds the lock longer may be the job to be cancelled.
BEFORE_A_SIGN_SECONDS = 0.2
