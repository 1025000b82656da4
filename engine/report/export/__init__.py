"""A batch's rows out of a run: as CSV, as a workbook, or as a lake of its own."""
