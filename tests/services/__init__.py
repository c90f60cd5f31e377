"""Real servers, started by the tests on free ports with folders of their own, and stopped by them."""
