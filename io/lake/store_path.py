"""A path in an object store, in the place of a folder's: s3://bucket/prefix, and what lies below it.

It is a pathlib.Path to whoever joins, names and prints it, and asks the store where a Path asks the disk. A store has
no folders but in names, can't rename, append or lock: what needs one of these asks `is_stored` first.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import stat
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path, PosixPath, PurePosixPath
from typing import TYPE_CHECKING, Any

from lake.errors import InputError
from lake.store import asked, filesystem

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/{1,2}(.*)", re.DOTALL)


class StorePath(PosixPath):
    """A name in a store. Errors: StoreError where the store can't be asked, FileNotFoundError where nothing is."""

    def __str__(self) -> str:
        scheme, *names = self.parts
        return f"{scheme}//{'/'.join(names)}"

    @property
    def in_store(self) -> tuple[FileSystem, str]:
        """The store, and the name in it."""
        scheme, bucket, *names = self.parts
        files, top = filesystem(scheme.rstrip(":"), bucket)
        return files, "/".join((top, *names))

    def _info(self) -> FileInfo:
        files, key = self.in_store
        with asked(str(self)):
            return files.get_file_info(key)

    def _type(self) -> str:
        name: str = self._info().type.name
        return name

    def exists(self, **options: Any) -> bool:
        return self._type() != "NotFound"

    def is_file(self, **options: Any) -> bool:
        return self._type() == "File"

    def is_dir(self, **options: Any) -> bool:
        return self._type() == "Directory"

    def is_symlink(self) -> bool:
        return False

    def stat(self, **options: Any) -> os.stat_result:
        """An object's size; in the inode's place the store's own mark of its bytes, else when it was put."""
        files, key = self.in_store
        with asked(str(self)):
            try:
                with files.open_input_file(key) as file:
                    size, told = file.size(), file.metadata() or {}
            except FileNotFoundError:
                if files.get_file_info(key).type.name != "Directory":
                    raise
                return os.stat_result((stat.S_IFDIR | 0o755, 0, 0, 1, 0, 0, 0, 0, 0, 0))
            mark = re.sub(rb"[^0-9a-f]", b"", told.get("ETag", told.get(b"ETag", b"")))[:15]
            ns = 0 if mark else files.get_file_info(key).mtime_ns or 0
        times = {"st_atime_ns": ns, "st_mtime_ns": ns, "st_ctime_ns": ns}
        mode, number, seconds = stat.S_IFREG | 0o644, int(mark or b"0", 16), ns // 10**9
        return os.stat_result((mode, number, 0, 1, 0, 0, size, seconds, seconds, seconds), times)

    def open(self, mode: str = "r", *options: Any, **named: Any) -> Any:
        """To be read, "rb"; a store's objects are written by `put` and `output` alone."""
        if mode != "rb":
            raise io.UnsupportedOperation(f"{self} can't be opened for {mode}")
        files, key = self.in_store
        with asked(str(self)):
            return files.open_input_file(key)

    def read_bytes(self) -> bytes:
        with asked(str(self)), self.open("rb") as file:
            found: bytes = file.read()
            return found

    def read_text(self, encoding: str | None = None, errors: str | None = None, **options: Any) -> str:
        return self.read_bytes().decode(encoding or "utf-8", errors or "strict")

    def output(self) -> Any:
        """A stream of bytes, which become the object when it is closed, and are none before."""
        files, key = self.in_store
        with asked(str(self)):
            return files.open_output_stream(key)

    def put(self, data: bytes | bytearray | memoryview) -> None:
        """Make the object of these bytes, all at once, in place of the one that bears the name."""
        with asked(str(self)), self.output() as stream:
            stream.write(data)

    def copy_to(self, other: StorePath) -> None:
        """Make another object of the same bytes, in the store: none of them come here."""
        files, key = self.in_store
        with asked(str(self)):
            files.copy_file(key, other.in_store[1])

    def unlink(self, missing_ok: bool = False) -> None:
        files, key = self.in_store
        with asked(str(self)):
            try:
                files.delete_file(key)
            except FileNotFoundError:
                if not missing_ok:
                    raise

    def remove_all(self) -> None:
        """Remove the object, and all that lies below the name."""
        files, key = self.in_store
        with asked(str(self)):
            if files.get_file_info(key).type.name == "Directory":
                files.delete_dir(key)
                return
        self.unlink(missing_ok=True)

    def mkdir(self, *options: Any, **named: Any) -> None:
        """Nothing: a folder is there once something lies below it."""

    def rmdir(self) -> None:
        """Remove what marks an empty folder; OSError where something lies below."""
        if self.below(deep=False):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(self))
        self.remove_all()

    def below(self, *, deep: bool = True) -> list[FileInfo]:
        """What lies below the name, as one listing tells it: objects and folders, by their whole names."""
        from pyarrow.fs import FileSelector

        files, key = self.in_store
        with asked(str(self)):
            found: list[FileInfo] = files.get_file_info(FileSelector(key, recursive=deep, allow_not_found=True))
        return found

    def iterdir(self) -> Generator[StorePath, None, None]:
        yield from sorted(self / info.base_name for info in self.below(deep=False))

    def glob(self, pattern: str, **options: Any) -> Generator[StorePath, None, None]:
        key, wanted = self.in_store[1], re.compile(_as_regex(pattern))
        for info in self.below(deep="/" in pattern):
            name = info.path.removeprefix(key).strip("/")
            if wanted.fullmatch(name):
                yield self / name

    def rglob(self, pattern: str, **options: Any) -> Generator[StorePath, None, None]:
        return self.glob(f"**/{pattern}")

    def resolve(self, strict: bool = False) -> StorePath:
        return self

    def absolute(self) -> StorePath:
        return self

    def is_absolute(self) -> bool:
        return True

    def expanduser(self) -> StorePath:
        return self

    def samefile(self, other_path: Any) -> bool:
        return bool(self == other_path)

    def relative_to(self, *other: Any, **options: Any) -> Path:  # type: ignore[override]
        """The names below another, which are no place by themselves."""
        return Path(*super().relative_to(*other).parts)


def _refused(self: StorePath, *options: Any, **named: Any) -> Any:
    raise io.UnsupportedOperation(f"{self} lies in an object store, which can't do that")


def _refuse_the_rest() -> None:
    """Nothing may reach the disk under a store's name, whatever a newer Python's paths can do."""
    lexical = {*dir(PurePosixPath), "cwd", "home", "from_uri"}
    for name in {*dir(Path)} - lexical - {*vars(StorePath)}:
        if not name.startswith("_"):
            setattr(StorePath, name, _refused)


_refuse_the_rest()


def _as_regex(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")


def place(given: str | Path) -> Path:
    """A run's place as a person names it: the URL of a store, or a folder's path. Nothing is asked of the store.

    InputError for a URL that names no place in a store.
    """
    if isinstance(given, StorePath):
        return given
    found = _URL.fullmatch(str(given))
    if found is None:
        return Path(given)
    scheme, rest = found[1].lower(), found[2].strip("/")
    if scheme == "file":
        return Path("/", rest)
    if scheme not in SCHEMES:
        if "//" not in str(given):
            return Path(given)  # a folder whose name ends in a colon
        known = ", ".join(f"{each}://" for each in SCHEMES)
        raise InputError(str(given), "no store that is known", f"give a folder, or a URL of {known}")
    names = rest.split("/")
    if len(names) < 2 or not all(names) or re.search(r"[?#\\*]|(^|/)\.\.?(/|$)", rest):
        cure = "write SCHEME://BUCKET/PREFIX, e.g. s3://my-bucket/runs/demo; AWS_ENDPOINT_URL names an endpoint"
        raise InputError(str(given), "names no place in a store", cure)
    return StorePath(f"{scheme}:", *names)


def folder_or_file(given: str | Path) -> Path:
    """A path on this machine; InputError for a place in a store, where the thing asked for is not made."""
    found = place(given)
    if isinstance(found, StorePath):
        raise InputError(str(given), "lies in an object store", "give a path: this is of this machine's disks alone")
    return found


def is_stored(path: Path) -> bool:
    """Whether a path lies in an object store."""
    return isinstance(path, StorePath)


def is_there(path: Path) -> bool:
    """Whether anything bears the name, a link that leads nowhere too."""
    return path.exists() if isinstance(path, StorePath) else os.path.lexists(path)


def source(path: Path) -> Any:
    """What Arrow and Polars read a file from: a path, or an object that is open to be read in ranges."""
    return path.open("rb") if isinstance(path, StorePath) else path


def remove_tree(folder: Path) -> None:
    """Remove a folder and all below it, or what of it can be."""
    if isinstance(folder, StorePath):
        with suppress(InputError, OSError):
            folder.remove_all()
    else:
        shutil.rmtree(folder, ignore_errors=True)


def bytes_below(folder: Path) -> int:
    """What the files below a folder hold."""
    if isinstance(folder, StorePath):
        return sum(info.size or 0 for info in folder.below())
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def missing_bucket(path: Path) -> bool:
    """Whether it lies in a bucket that is not there."""
    return isinstance(path, StorePath) and not StorePath(*path.parts[:2]).exists()
