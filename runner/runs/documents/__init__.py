"""What `--json` writes: every field of the document, with what it means. `docs/reference.md` has it from here."""
