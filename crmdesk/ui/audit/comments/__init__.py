"""Comments on an entry of the log: the tab of its panel."""
