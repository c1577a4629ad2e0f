"""The audit log: what is recorded, the chain that proves it, and its anchors."""
