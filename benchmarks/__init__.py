"""Speed beside named peers: one file per measured thing, all run by ``run.py``."""
