"""The most that is read, held and said: every bound in one place, with its reason.

Within them a run takes some gigabytes at most, whoever wrote the input; beyond them it is
refused, and the message names the bound and what to do. They lie far above what people hold: a
county's roster has a million rows and some twenty columns.
"""

from __future__ import annotations

from typing import Final

# --- archives: workbooks (.xlsx, .xlsb, .ods) and Word templates are zip files ------------
# A workbook has a part for each sheet, with some for its drawings and comments.
ARCHIVE_PARTS: Final = 10_000
# Unpacked, all parts together: 20 million cells are some 0.7 GB of XML.
ARCHIVE_BYTES: Final = 1 << 30
# A letter's template with its letterhead takes a few megabytes.
TEMPLATE_BYTES: Final = 100 << 20
# One part of its text; a larger one keeps its filling busy for hours.
TEMPLATE_PART: Final = 10_000_000

# --- workbooks: their reader holds the whole rectangle that a sheet's cells span ----------
WORKBOOK_SHEETS: Final = 2_000
# Some 120 bytes each while they are read, blank or not: 2.4 GB.
WORKBOOK_CELLS: Final = 20_000_000
# The texts of all cells, in bytes: a shared text counts as often as it is used.
WORKBOOK_TEXT: Final = 1 << 30

# --- tables of any kind -------------------------------------------------------------------
# As many as a sheet of a workbook can have.
TABLE_COLUMNS: Final = 16_384
# Characters of a row of CSV, over however many lines it goes.
CSV_ROW: Final = 16 << 20

# --- packs and what is given as JSON ------------------------------------------------------
YAML_BYTES: Final = 4 << 20
YAML_DEPTH: Final = 64
# Keys, items and values of a file; the largest pack that is shipped has some thousands.
YAML_VALUES: Final = 100_000
EXPRESSION_LENGTH: Final = 20_000
EXPRESSION_DEPTH: Final = 60
JSON_LENGTH: Final = 4 << 20

# --- what is said -------------------------------------------------------------------------
# Of the faults of a pack, or of a household given as data, so many are shown; the rest are counted.
FAULTS_SHOWN: Final = 50
# Names among which the one that was meant is looked for.
NAMES_COMPARED: Final = 2_000
# Of the columns of a table that no field answers to, so many get a suggestion.
COLUMNS_GUESSED: Final = 200
# Households that are explained in one go; each is held with all that is said of it.
HOUSEHOLDS_EXPLAINED: Final = 500
