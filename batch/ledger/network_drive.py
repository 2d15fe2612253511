"""Recognition of network drives, where SQLite's write-ahead log is not safe.

The log's index is memory shared between processes, which two machines do not have.
"""

from __future__ import annotations

import sys
from pathlib import Path

_REMOTE = {
    "nfs",
    "nfs4",
    "cifs",
    "smb",
    "smb2",
    "smb3",
    "smbfs",
    "afs",
    "ncpfs",
    "9p",
    "fuse.sshfs",
    "ceph",
    "glusterfs",
}


def on_network_share(file: Path, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """Tell if `file` is on a disk of another machine, as far as the system knows.

    `mounts` lists the disks on Linux.
    """
    if sys.platform == "win32":
        return _on_remote_drive(file)
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    resolved = file.resolve()
    kind, longest = "", -1
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        if len(point.parts) >= longest and resolved.is_relative_to(point):
            kind, longest = fields[2], len(point.parts)
    return kind in _REMOTE


def _on_remote_drive(file: Path) -> bool:
    resolved = file.resolve()
    if resolved.drive.startswith("\\\\"):
        return True
    if sys.platform == "win32":
        import ctypes

        remote = 4  # DRIVE_REMOTE
        return bool(ctypes.windll.kernel32.GetDriveTypeW(f"{resolved.drive}\\") == remote)
    return False
