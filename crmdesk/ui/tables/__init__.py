"""Tables over any number of rows: ids held, rows read by page, painted row by row."""
