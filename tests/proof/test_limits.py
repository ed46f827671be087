"""What is no form is refused in under 5 s and 300 MB, start of the program included."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.reports.test_bad_input import CORPUS

ICHI = str(Path(sys.executable).parent / "ichi")
MEASURED = """
import resource, subprocess, sys
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(ended.returncode, used.ru_maxrss, len(ended.stderr.strip().splitlines()))
"""


@pytest.mark.parametrize("data", [data for data, _ in CORPUS])
def test_a_bad_file_is_refused_in_one_line_soon_and_in_little_memory(
    tmp_path: Path, data: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    began = time.monotonic()
    measured = subprocess.run(
        [sys.executable, "-c", MEASURED, ICHI, "read", str(file), "--fiscal-year", "2025"],
        check=True,
        capture_output=True,
        text=True,
    )
    code, kilobytes, lines = map(int, measured.stdout.split())
    assert (code, lines) == (1, 1)
    assert time.monotonic() - began < 5
    assert kilobytes < 300 * 1024
