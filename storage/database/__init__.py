"""The database itself: connections, tables, column types, bulk values."""
