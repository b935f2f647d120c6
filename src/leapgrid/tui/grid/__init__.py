"""The grid: an editable view of any number of records, drawn line by line."""

from leapgrid.tui.grid.grid import RecordGrid
from leapgrid.tui.grid.header import GridHeader
from leapgrid.tui.grid.model import CellLook, Column, GridModel, LiveCheck, RowLook

__all__ = ["CellLook", "Column", "GridHeader", "GridModel", "LiveCheck", "RecordGrid", "RowLook"]
