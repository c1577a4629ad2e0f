"""The Restore tab: what can be restored, the wizard, and what restores did."""
