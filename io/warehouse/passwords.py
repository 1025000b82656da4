"""Passwords for the staff that a load adds: read from a file that nobody else can read, hashed as Django does."""

from __future__ import annotations

import base64
import hashlib
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from lake.errors import InputError

ITERATIONS = 600_000  # of Django 4.2, which AquaMind runs on
SALT_BYTES = 16
UNUSABLE = "!"  # how Django marks a password that lets nobody in
OPTION = "--password-file"


@dataclass(frozen=True)
class Passwords:
    """`everyone`: one for all; else `by_user`. Never shown."""

    everyone: str = field(default="", repr=False)
    by_user: dict[str, str] = field(default_factory=dict, repr=False)

    def encoded(self, users: list[str]) -> dict[str, str]:
        """What Django keeps, by user, for those of `users` that have a password; the same one is hashed once.

        InputError when one is given to a user who is not among them.
        """
        if unknown := set(self.by_user) - set(users):
            problem = (
                f"{len(unknown)} of its lines begin with no username of the run's staff"  # not told: may be secret
            )
            raise InputError(OPTION, problem, "give USER:PASSWORD, the users as in the lake's table staff")
        given = dict.fromkeys(users, self.everyone) if self.everyone else self.by_user
        hashes = {password: encode(password, secrets.token_hex(SALT_BYTES)) for password in set(given.values())}
        return {user: hashes[password] for user, password in given.items()}


def unusable_password(user: str) -> str:
    """What lets nobody in: each user another, so that a link that resets one resets no other, and always the same."""
    return UNUSABLE + hashlib.sha256(user.encode()).hexdigest()[:40]


def encode(password: str, salt: str, iterations: int = ITERATIONS) -> str:
    """algorithm$iterations$salt$hash, as Django's PBKDF2PasswordHasher writes it."""
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations)
    return f"pbkdf2_sha256${iterations}${salt}${base64.b64encode(digest).decode('ascii')}"


def read_passwords(path: Path) -> Passwords:
    """One line without a colon: the password of all. Else every line USER:PASSWORD; empty lines are skipped.

    InputError when the file is absent, empty, readable by others than its owner, or a line is neither.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        reason = e.strerror if isinstance(e, OSError) else "it is not UTF-8"
        raise InputError(OPTION, f"{path} can't be read: {reason}", "give a text file") from None
    if not stat.S_ISREG(mode) or mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(OPTION, f"others may read or change {path}", f"let its owner alone: chmod 600 {path}")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError(OPTION, f"{path} is empty", "write a password for all, or lines USER:PASSWORD")
    if len(lines) == 1 and ":" not in lines[0]:
        return Passwords(everyone=lines[0])
    by_user: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        user, colon, password = line.partition(":")
        user = user.strip()
        if not (colon and user and password) or user in by_user:
            problem = "names its user a second time" if user in by_user else "is not USER:PASSWORD"
            raise InputError(OPTION, f"line {number} of {path} {problem}", "give each user one line USER:PASSWORD")
        by_user[user] = password
    return Passwords(by_user=by_user)
