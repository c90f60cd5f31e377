"""Refusals of accounts."""

from core.errors import Refusal


class HandleTaken(Refusal):
    code = "ALREADY_EXISTS"
    zh = "账号名“{handle}”已被使用"
    en = "The handle “{handle}” is taken"


class WrongCredentials(Refusal):
    code = "UNAUTHENTICATED"
    zh = "账号名或密码不正确"
    en = "The handle or the password is wrong"


class InvalidRefreshToken(Refusal):
    code = "UNAUTHENTICATED"
    zh = "登录已失效，请重新登录"
    en = "The session has ended; sign in again"
