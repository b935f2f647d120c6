"""A server that answers like the documented API, on loopback, with faults on request."""

from leapgrid.sandbox.app import create_app
from leapgrid.sandbox.faults import FAULT_NAMES, BadFault, Fault
from leapgrid.sandbox.requestlog import LoggedRequest
from leapgrid.sandbox.server import SandboxServer, SandboxUnavailable, run
from leapgrid.sandbox.settings import SandboxSettings
from leapgrid.sandbox.store import RecordStore

__all__ = [
    "FAULT_NAMES",
    "BadFault",
    "Fault",
    "LoggedRequest",
    "RecordStore",
    "SandboxServer",
    "SandboxSettings",
    "SandboxUnavailable",
    "create_app",
    "run",
]
