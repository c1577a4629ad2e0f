"""The Backup tab: the vault's list, one backup in a panel, making one, opening one."""
