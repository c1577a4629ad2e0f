"""Exports: files of records that leave the workspace, and the account of them."""
