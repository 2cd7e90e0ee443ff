"""What do the solver and the sweep cost? ``make bench``; the table is benchmarks/results.md."""
