"""Reads a tape by its documented layout (docs/tape.md): header, name table, fixed-width records.
Checksums are the engine's business; this reader only wants the numbers."""
import struct
from collections import namedtuple

MAGIC = b"RHTAPE\r\n"
KINDS = ("trade", "bar", "bar_point", "quote", "vol", "funding")
# magic; version, header, record and block sizes; records; first, last, interval; instruments, 0;
# where the records start.
HEADER = struct.Struct("<8s4IQ3q2IQ")
RECORD = struct.Struct("<qq3d2HI")
Record = namedtuple("Record", "happened_ns known_ns price size extra kind instrument flags")


def records(data):
    """All records of a tape's bytes, in order; kind as a word."""
    fields = HEADER.unpack_from(data)
    magic, _, _, record_bytes = fields[:4]
    count, offset = fields[5], fields[11]
    if magic != MAGIC or record_bytes != RECORD.size:
        raise ValueError("no tape, or one of another layout")
    for row in RECORD.iter_unpack(data[offset:offset + count * RECORD.size]):
        yield Record(*row[:5], KINDS[row[5]], *row[6:])
