"""What every room stands on: settings, database, outbox, bus, clock, ids, money, pages and errors. No domain noun lives here."""
