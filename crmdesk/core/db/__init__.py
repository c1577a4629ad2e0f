"""The database: engine, tables, migrations, and all SQL that differs between engines."""
