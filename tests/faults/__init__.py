"""Faults: processes killed, disks full, files altered, clocks set; see ``python3 dev.py faults``."""
