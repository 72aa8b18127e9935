"""Every "no" of the hall: the keys that `Refused` carries, `refused.KEY` in the text catalogue."""

from enum import StrEnum


class No(StrEnum):
    # taking a number
    CLOSED = "closed"
    """Outside the service's hours; fact `opens_at`, `HH:MM`."""
    FULL = "full"
    """The service's range of numbers is used up; fact `service`."""
    NO_SERVICE = "no_service"
    NO_PRIORITY = "no_priority"
    BAD_COUNT = "bad_count"
    HAS_TICKET = "has_ticket"
    """This card has a live ticket of the service; facts `number`, `ticket`."""
    NO_FORMER = "no_former"
    """No ticket of this number and service expired on the last day of business; fact `number`."""
    FORMER_USED = "former_used"
    """Fact `number`."""
    NUMBER_TAKEN = "number_taken"
    """Fact `number`."""
    BAD_TIME = "bad_time"

    # a ticket that was named
    NO_TICKET = "no_ticket"
    TICKET_OVER = "ticket_over"
    """Finished, cancelled or expired; facts `number`, `state`."""
    TICKET_AT_COUNTER = "ticket_at_counter"
    """Called or in service; facts `number`, `counter`."""
    NOT_HELD = "not_held"
    BAD_NUMBER = "bad_number"

    # at a counter
    NO_COUNTER = "no_counter"
    NO_TICKETS_HERE = "no_tickets_here"
    """A counter that takes no tickets."""
    NOBODY_WAITING = "nobody_waiting"
    COUNTER_CLOSED = "counter_closed"
    COUNTER_PAUSED = "counter_paused"
    COUNTER_BUSY = "counter_busy"
    """Fact `number`: the ticket that is there."""
    NO_TICKET_HERE = "no_ticket_here"
    RECALL_LIMIT = "recall_limit"
    """Fact `limit`."""
    NOTHING_TO_UNDO = "nothing_to_undo"
    UNDO_TOO_LATE = "undo_too_late"
    """Fact `limit_s`."""
    NOTHING_TO_REOPEN = "nothing_to_reopen"
    REOPEN_TOO_LATE = "reopen_too_late"
    """Fact `limit_s`."""
    TRANSFER_NOWHERE = "transfer_nowhere"
    NO_STAFF = "no_staff"
    """Nobody named, and the counter has no post."""
    NO_SUCH_STAFF = "no_such_staff"
    """Fact `staff`: a number that the hall does not know."""
    BAD_REASON = "bad_reason"
    """No pause of the closed list."""
    COUNTER_COVERED = "counter_covered"
    """Fact `at`: the counter where its people are called."""
    COVER_NOWHERE = "cover_nowhere"
    """A counter cannot be held from itself."""
    NO_CUT = "no_cut"
    """The machine was not away today."""

    # slips
    SLIP_BUSY = "slip_busy"
    SLIP_NOT_UNKNOWN = "slip_not_unknown"
    BAD_STATE = "bad_state"
    NO_PRINTER = "no_printer"
    LIST_BUSY = "list_busy"
    """The list of those waiting is being printed."""

    # the desk
    NO_KIOSK = "no_kiosk"
    """Fact `kiosk`: a touch screen that the hall does not have."""
    KIOSK_PAUSED = "kiosk_paused"
    """A person paused this touch screen."""
    NO_HELP = "no_help"
    """Somebody has answered this call already, or it is old."""
    PAPER_BUSY = "paper_busy"
    """The printer is at another paper that was asked for."""

    # ratings
    ONLY_PADS_RATE = "only_pads_rate"
    NOTHING_TO_RATE = "nothing_to_rate"
    ALREADY_RATED = "already_rated"
    RATE_TOO_LATE = "rate_too_late"
    BAD_SCORE = "bad_score"
    RATE_NOT_KEPT = "rate_not_kept"
    """The disk takes nothing: a rating that may be lost is not taken."""

    # the day and the clock
    BAD_DATE = "bad_date"
    CLOCK_BACKWARDS = "clock_backwards"
    """Fact `day`: the business day that stands in the journal."""
    CLOCK_TRUSTED = "clock_trusted"
    """The clock is known to be right, and says another date."""

    # asking
    KEY_REUSED = "key_reused"
    NO_COMMAND = "no_command"
    """A command that no book knows."""
