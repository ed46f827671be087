"""The annual report (活動報告): read a form, write the text."""
