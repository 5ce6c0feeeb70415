"""The officer's own workbook given back: what is wrong marked, what was decided beside it."""
