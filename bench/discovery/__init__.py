"""Benchmarks of discovery: the search box and the feed."""
