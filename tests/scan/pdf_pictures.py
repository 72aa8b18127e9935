"""What a PDF looks like on paper, by poppler."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image


def rendered(file: bytes, dpi: int) -> list[np.ndarray]:
    """RGB, a picture for each page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.pdf"
        path.write_bytes(file)
        subprocess.run(["pdftoppm", "-r", str(dpi), str(path), str(Path(folder) / "p")], check=True)
        return [np.asarray(Image.open(page)) for page in sorted(Path(folder).glob("p*.ppm"))]
