"""An object store as pyarrow reaches it: by the URL of a bucket, with what the environment says of the way there.

Arrow's S3 reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, the files in ~/.aws and the
machine's own role by itself. The endpoint it doesn't read: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL are passed on here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lake.errors import InputError

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

S3 = "s3"
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
SECONDS = 20.0  # a store that says nothing for so long is tried again, three times
LONGEST = 300
KEYS = "give the right ones: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile (AWS_PROFILE)"
RIGHTS = "use credentials that may read, write, list and delete there"
# what the store answered, by a word in Arrow's message: what that means, and what to do
ANSWERS = (
    ("NO_SUCH_BUCKET", "there is no such bucket", "make it, or give another one; is the endpoint right?"),
    ("INVALID_ACCESS_KEY_ID", "the store doesn't know this access key", KEYS),
    ("SIGNATURE_DOES_NOT_MATCH", "the secret key is not the one of this access key", KEYS),
    ("INVALID_CLIENT_TOKEN_ID", "the store doesn't know this access key", KEYS),
    ("EXPIRED_TOKEN", "the credentials have run out", "get new ones, then repeat"),
    ("InvalidToken", "the session token is not valid", "get a new one, or unset AWS_SESSION_TOKEN"),
    ("ACCESS_DENIED", "the store lets these credentials not do that", RIGHTS),
    ("MISSING_AUTHENTICATION_TOKEN", "no credentials were found", KEYS),
    ("No credentials", "no credentials were found", KEYS),
    ("SLOW_DOWN", "the store asks for fewer requests", "repeat later"),
    ("NETWORK_CONNECTION", "the store can't be reached", "check the network, and the endpoint: AWS_ENDPOINT_URL"),
    ("HTTP status 301", "the bucket lies in another region", "name it: AWS_REGION"),
    ("HTTP status 400", "the store refused the request", "check region and endpoint: AWS_REGION, AWS_ENDPOINT_URL"),
    ("HTTP status 403", "the store lets these credentials not do that", f"{KEYS}; or {RIGHTS}"),
)


class StoreError(InputError):
    """A store that can't be reached, or that refused what was asked of it."""


@contextmanager
def asked(url: str) -> Iterator[None]:
    """What the store refuses within the block becomes a StoreError; a file that is not there stays one."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise refusal(url, str(error)) from None


def refusal(url: str, words: str) -> StoreError:
    """What to say of an error of Arrow's: its own words where none of ours fit."""
    if os.environ.get(ENDPOINTS[1]) is None and "NETWORK_CONNECTION" in words and url.startswith("s3:"):
        return StoreError(url, f"the store can't be reached: {_detail(words)}", f"name its address: {ENDPOINTS[1]}")
    for word, problem, cure in ANSWERS:
        if word in words:
            return StoreError(url, f"{problem}: {_detail(words)}", cure)
    return StoreError(url, f"the store refused: {_detail(words)}", "check credentials and network, then repeat")


def _detail(words: str) -> str:
    told = words.partition("AWS Error ")[2] or words
    return " ".join(told.partition("; Details:")[0].partition(" (Request ID")[0].split())[:LONGEST]


@cache
def filesystem(scheme: str, bucket: str) -> tuple[FileSystem, str]:
    """Arrow's file system of a bucket, kept for this process, and what stands before a key in it."""
    import pyarrow as pa
    from pyarrow import fs

    url = f"{scheme}://{bucket}"
    with asked(url):
        if scheme != S3:
            try:
                found: tuple[FileSystem, str] = fs.FileSystem.from_uri(url)
                return found
            except (ImportError, pa.ArrowInvalid, NotImplementedError) as error:
                raise StoreError(url, f"no way there: {error}", "take an s3:// URL or a folder") from None
        return _s3(url, bucket), bucket


def _s3(url: str, bucket: str) -> FileSystem:
    from pyarrow import fs

    region = next((os.environ[name] for name in REGIONS if os.environ.get(name)), None)
    endpoint = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), None)
    options = {}
    if endpoint is not None:
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise StoreError(url, f"the endpoint {endpoint!r} is no address", "give AWS_ENDPOINT_URL as https://HOST")
        options = {"endpoint_override": parts.netloc, "scheme": parts.scheme}
        region = region or "us-east-1"  # what stores of one's own take
    elif region is None:
        region = fs.resolve_s3_region(bucket)
    return fs.S3FileSystem(
        region=region,
        request_timeout=SECONDS,
        connect_timeout=SECONDS / 4,
        # a small object is one request, not the three of an upload in pieces
        allow_delayed_open=True,
        **options,
    )
