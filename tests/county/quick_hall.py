"""`python -m tests.county.quick_hall run …`: a hall that notices a dead line and a lagging center soon."""

import sys

from edge import mqtt_session
from edge.__main__ import main
from edge.readers import again, uplink

if __name__ == "__main__":
    mqtt_session.KEEPALIVE_S = 2
    again.FIRST_AFTER_S = 5.0
    uplink.AWAY_S = (0.5, 5.0)
    sys.exit(main(sys.argv[1:]))
