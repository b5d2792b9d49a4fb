"""A process that can open no socket, though it may open files: what a worker with a store on the disk needs.

The engine opens the files of a large store as it comes to need them, so forbidding all files, as a worker in memory
does, would end it. The kernel's own filter of system calls refuses this one, for the process and all that it forks.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import sys

MACHINES = {
    "x86_64": (0xC000003E, 41),
    "aarch64": (0xC00000B7, 198),
}  # the kernel's mark of it, and its number of `socket`
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # arguments of prctl
NUMBER, MACHINE = 0, 4  # where these stand in what a filter is given
LOAD, UNLESS, RETURN = 0x20, 0x15, 0x06  # instructions: load a word, skip some where it is not equal, end
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("same", ctypes.c_ubyte), ("other", ctypes.c_ubyte), ("k", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def forbid_sockets() -> bool:
    """Have `socket` refused in this process from now on; False where the system has no filter for that."""
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        return False
    mark, number = MACHINES[platform.machine()]
    said = [
        (LOAD, 0, 0, MACHINE),
        (UNLESS, 0, 3, mark),
        (LOAD, 0, 0, NUMBER),
        (UNLESS, 1, 0, number),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    instructions = (_Instruction * len(said))(*(_Instruction(*one) for one in said))
    program = _Program(len(said), instructions)
    control = ctypes.CDLL(None).prctl
    done = control(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or control(SECCOMP, FILTER, ctypes.byref(program), 0, 0)
    return bool(done == 0)
