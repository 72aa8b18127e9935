"""The county's tables, the same on SQLite and PostgreSQL; `migrations/` makes and changes them.

Times are ISO 8601 texts in UTC, which sort as they are; entries keep the very JSON that was hashed.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, MetaData, String, Table, Text

metadata = MetaData()

halls = Table(
    "hall",
    metadata,
    Column("hall", String(20), primary_key=True),  # "510000/510000001"
    Column("journal", String(64), nullable=False, default=""),  # the one of its last birth or entry
    Column("status", Text, nullable=False, default="{}"),  # as it came, JSON
    Column("status_at", String(24), nullable=False, default=""),
    Column("health", Text, nullable=False, default="{}"),
    Column("health_at", String(24), nullable=False, default=""),
    Column("inventory", Text, nullable=False, default="{}"),
    Column("inventory_at", String(24), nullable=False, default=""),
)

journals = Table(
    "journal",
    metadata,
    Column("journal", String(64), primary_key=True),
    Column("hall", String(20), nullable=False),
    Column("stored", BigInteger, nullable=False, default=0),  # the highest sequence without a hole below it
    Column("chain", String(64), nullable=False, default=""),  # of `stored`; empty: not known
    Column("highest", BigInteger, nullable=False, default=0),  # of all that came
    Column("broken", BigInteger, nullable=False, default=0),  # the first entry whose chain is wrong; 0: none
    Column("hole_since", Float, nullable=False, default=0.0),  # Unix time; 0: no hole
    Column("ask_due", Float, nullable=False, default=0.0),  # Unix time, when the hole may be asked for again
    Column("asks", Integer, nullable=False, default=0),  # how often it was asked for
)

entries = Table(
    "entry",
    metadata,
    Column("journal", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hall", String(20), nullable=False),
    Column("type", String(80), nullable=False),
    Column("at", String(24), nullable=False),
    Column("day", String(10), nullable=False),
    Column("trusted", Boolean, nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON without `chain`
    Column("chain", String(64), nullable=False),
    Column("came_at", String(24), nullable=False),
)

figures = Table(
    "figure",
    metadata,
    Column("hall", String(20), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("type", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
)

enrolments = Table(
    "enrolment",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of a one-time code's secret
    Column("hall", String(20), nullable=False),
    Column("made_at", Float, nullable=False),  # Unix time
    Column("ends_at", Float, nullable=False),  # Unix time
    Column("key", String(64), nullable=False, default=""),  # SHA-256 of the key that used it; empty: nobody
)

certificates = Table(
    "certificate",
    metadata,
    Column("serial", String(40), primary_key=True),  # hexadecimal
    Column("hall", String(20), nullable=False),
    Column("digest", String(64), nullable=False),  # the code that all this box's certificates come from
    Column("issued_at", Float, nullable=False),  # Unix time
    Column("ends_at", Float, nullable=False),  # Unix time
)
