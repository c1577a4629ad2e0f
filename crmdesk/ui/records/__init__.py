"""The Records tab: objects, their records, and the recycle bin."""
