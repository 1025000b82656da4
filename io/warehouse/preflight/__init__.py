"""What a load finds out before it writes a row: tables, rights, conflicts, texts too long; refused by name."""
