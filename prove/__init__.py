"""Proofs that take longer than a test may: crashes under load, again and again."""
