"""Inputs of shops' mutations."""

import strawberry


@strawberry.input(description="A new shop.")
class OpenShopInput:
    name: str = strawberry.field(description="1 to 40 characters.")
