// Type-ahead for search boxes: suggestions from /suggest as an ARIA combobox.
