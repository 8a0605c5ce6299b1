"""What those who work on the workshop run; `Makefile` says what each is for."""
