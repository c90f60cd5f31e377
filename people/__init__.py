"""Who people are and whom they follow."""
