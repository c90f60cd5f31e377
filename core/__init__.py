"""What every room stands on: settings, database, outbox, bus, clock, ids, money, pages, errors; no domain noun."""
