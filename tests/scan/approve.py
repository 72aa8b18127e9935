"""`python -m tests.scan.approve`: write the approved cleanings anew; the difference is read like code."""

from pathlib import Path

import cv2

from edge.scan.clean import Profile, clean

APPROVED = Path(__file__).resolve().parents[1] / "golden/approved/scan"


def main() -> None:
    page = cv2.imread(str(APPROVED / "page.png"), cv2.IMREAD_COLOR)
    for profile in (Profile.COLOUR, Profile.GREY, Profile.BITONAL):
        cv2.imwrite(str(APPROVED / f"{profile}.png"), clean(page, profile))


if __name__ == "__main__":
    main()
