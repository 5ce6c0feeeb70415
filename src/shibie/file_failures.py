"""What the system says of files and disks, as a message that tells a person what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from shibie.errors import InputError, Problem, Words

# What could not be done, as messages begin.
CANNOT_READ: Final = Words("读不了", "cannot be read")
_OPEN_ELSEWHERE: Final = Words(
    "若它正在 Excel、WPS 等程序里打开，先关掉再试；否则检查权限",
    "close it where it is open, as in Excel or WPS; else look at the permissions",
)
_MAKE_ROOM: Final = Words("腾出空间，或换一个磁盘", "make room, or take another disk")
_ELSEWHERE: Final = Words("换一个地方", "name another place")
_SHORTER: Final = Words("用短一些的名称", "give it a shorter name")
_REASONS: Final[Mapping[int, tuple[Words, Words | None]]] = {
    errno.ENOSPC: (Words("磁盘满了", "the disk is full"), _MAKE_ROOM),
    errno.EDQUOT: (Words("磁盘配额用完了", "the disk quota is used up"), _MAKE_ROOM),
    errno.EFBIG: (Words("文件太大，磁盘不收", "too large a file for this disk"), _MAKE_ROOM),
    errno.EROFS: (Words("磁盘是只读的", "the disk is read-only"), _ELSEWHERE),
    errno.EACCES: (Words("没有权限，或正被占用", "no permission, or in use"), _OPEN_ELSEWHERE),
    errno.EPERM: (Words("没有权限，或正被占用", "no permission, or in use"), _OPEN_ELSEWHERE),
    errno.EBUSY: (Words("正被占用", "in use"), _OPEN_ELSEWHERE),
    errno.EISDIR: (Words("是文件夹，不是文件", "is a folder, not a file"), _ELSEWHERE),
    errno.ENOTDIR: (
        Words("路径中有一处是文件，不是文件夹", "a part of its path is a file, not a folder"),
        _ELSEWHERE,
    ),
    errno.EEXIST: (Words("这个名称已被占用", "the name is taken"), _ELSEWHERE),
    errno.ENOTEMPTY: (Words("是文件夹，里面有东西", "is a folder that holds something"), _ELSEWHERE),
    errno.ENAMETOOLONG: (Words("名称太长", "the name is too long"), _SHORTER),
    errno.ENOENT: (Words("没有这个文件或文件夹", "no such file or folder"), None),
    errno.ELOOP: (Words("链接绕成了圈", "its links go in a circle"), _ELSEWHERE),
    errno.EMFILE: (Words("打开的文件太多", "too many files are open"), None),
    errno.EIO: (Words("读写出错", "input/output error"), Words("检查磁盘", "check the disk")),
    errno.EPIPE: (Words("接收的程序已经关了", "what read it is gone"), None),
}  # fmt: skip

# Windows has numbers of its own for what is common to many of Python's.
_TOO_LONG: Final = (
    Words("路径太长", "the path is too long"),
    Words(
        "Windows 的路径连文件名最多 259 个字：换一个浅一些的文件夹，如 D:/识别",
        "Windows takes 259 characters, the name included: use a folder nearer to the drive",
    ),
)
_IN_THE_CLOUD: Final = (
    Words("只在云端（OneDrive），取不下来", "only in the cloud (OneDrive), and not to be fetched"),
    Words(
        "连上网，右键选“始终保留在此设备上”，再试一次",
        "go online, right-click, “Always keep on this device”, then retry",
    ),
)
_NAME_TOO_LONG, _NO_SUCH_PATH, _CLOUD_CODES = 206, 3, range(358, 405)
_LONG: Final = 130


def _known(error: OSError) -> tuple[Words, Words | None] | None:
    """What is said of a failure; None where the system's own words are."""
    code = getattr(error, "winerror", None)
    if code in _CLOUD_CODES:
        return _IN_THE_CLOUD
    # A scratch folder has the name twice, so what fails may be shorter than what it says.
    if code == _NAME_TOO_LONG or (code == _NO_SUCH_PATH and len(str(error.filename)) > _LONG):
        return _TOO_LONG
    return _REASONS.get(error.errno or 0)


def reason_of(error: OSError) -> Words:
    """Why a file could not be read or written.

    >>> reason_of(OSError(errno.ENOSPC, "No space left on device")).en
    'the disk is full'
    """
    known = _known(error)
    text = error.strerror or str(error) or type(error).__name__
    return known[0] if known else Words(text, text)


def file_failure(error: OSError, where: str = "", doing: Words | None = None) -> InputError:
    """A failure of the system as a message.

    Args:
        error: of the system; a file that it names is the place.
        where: the place otherwise.
        doing: what could not be done: `cannot write`.

    >>> error = file_failure(OSError(errno.EROFS, ""), "a.xlsx", Words("不能写入", "cannot write"))
    >>> print(error.render("en"))
    a.xlsx: cannot write: the disk is read-only
      → name another place
    """
    reason, (_, advice) = reason_of(error), _known(error) or (None, None)
    what = Words(f"{doing.zh}：{reason.zh}", f"{doing.en}: {reason.en}") if doing else reason
    place = where or named_by(error) or "shibie"
    return InputError(Problem(place, what, suggestion=advice, code="file_failure"))


def named_by(error: OSError) -> str:
    """The file that a failure names; empty where it names none."""
    name = error.filename2 or error.filename
    return "" if name is None or isinstance(name, int) else _shown(str(name))


@contextmanager
def files_said(where: str = "") -> Iterator[None]:
    """Turn whatever the system says of files into an `InputError`.

    Args:
        where: the place, where the failure names none.

    Raises:
        InputError: instead of the system's own error.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # of whatever is printed, not of a file
    except OSError as error:
        raise file_failure(error, named_by(error) or where) from error


def _shown(name: str) -> str:
    """A name as a message can hold it: its beginning and its end, where it is very long."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2]}…{name[-_LONGEST // 2 :]}"


_LONGEST: Final = 200
