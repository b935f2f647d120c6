"""LeapGrid: enter, check, send and repair batches of CRM records in a terminal."""

__version__ = "0.1.0"
