"""Faults: processes killed, disks full, files altered; see ``python3 dev.py faults``."""
