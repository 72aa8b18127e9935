"""`python -m tests.county.quick_center DIR …`: a center that asks for holes after moments, not minutes."""

import sys

from edge import mqtt_session
from edge.__main__ import main
from edge.center import receiver, store

if __name__ == "__main__":
    store.GRACE_S, store.ASK_AGAIN_S = 1.0, 2.0
    receiver.ASK_EVERY_S = 0.5
    mqtt_session.KEEPALIVE_S = 2
    sys.exit(main(["center", *sys.argv[1:]]))
