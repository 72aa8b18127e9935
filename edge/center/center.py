"""A county's center as a whole: store and receiver; whoever serves the fleet asks it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from edge.center.receiver import Place, Receiver
from edge.center.settings import CenterFile
from edge.center.store import Store
from edge.errors import ConfigError
from edge.mqtt_values import Broker


@dataclass(frozen=True)
class Center:
    settings: CenterFile
    store: Store
    receiver: Receiver

    def stop(self) -> None:
        self.receiver.stop()
        self.store.close()


def open_center(settings: CenterFile, data: Path, *, name: str, version: str) -> Center:
    """Open the store and start to listen. Raises ConfigError, StoreError, OSError (a file to read)."""
    table, broker = settings.center, broker_of(settings)
    store = Store(store_url(table.store, data))
    receiver = Receiver(broker, Place(table.county, name, table.share, version), store)
    receiver.start()
    return Center(settings, store, receiver)


def broker_of(settings: CenterFile) -> Broker:
    """Raises ConfigError, OSError (the password's file)."""
    table = settings.center
    password = Path(table.password_file).read_text("utf-8").strip() if table.password_file else ""
    proof = {"ca_file": table.ca_file, "cert_file": table.cert_file, "key_file": table.key_file}
    try:
        return Broker.at(table.broker, user=table.user, password=password, **proof)
    except ValueError as error:
        raise ConfigError([f"center.toml: center.broker: {error}"]) from error


def store_url(url: str, data: Path) -> str:
    """With a relative SQLite file laid into the data folder. Raises ConfigError."""
    try:
        parts = make_url(url)
    except ValueError as error:
        raise ConfigError([f"center.toml: center.store: {error}"]) from error
    if parts.get_backend_name() == "sqlite" and parts.database:
        parts = parts.set(database=str(data / parts.database))
    return parts.render_as_string(hide_password=False)
