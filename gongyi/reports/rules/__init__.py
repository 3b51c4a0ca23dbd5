"""Who may see and do what in reports: one file for each kind of record."""
