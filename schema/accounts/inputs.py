"""Inputs of people's mutations."""

import strawberry


@strawberry.input(description="A new account.")
class SignUpInput:
    handle: str = strawberry.field(description="2 to 30 letters of any script, digits and underscores; unique.")
    display_name: str = strawberry.field(description="1 to 40 characters.")
    password: str = strawberry.field(description="8 to 128 characters.")
