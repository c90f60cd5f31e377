"""What tests need to exist, made through the public actions. One module a room."""
