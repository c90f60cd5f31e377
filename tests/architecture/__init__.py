"""What holds for the whole house: the contract, the staircase, the ceilings."""
