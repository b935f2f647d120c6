"""What kinds of files can be read, in words: the one place that says so to people."""

from __future__ import annotations

KINDS = "CSV, Excel, ODS, JSON, JSONL, curl"
"""In short, where there is little room."""

ALL_KINDS = "CSV, TSV, XLSX, XLS, ODS, JSON, JSON5, JSONL, or curl commands in a text file"
"""All of them."""
