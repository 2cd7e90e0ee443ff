"""What do the solver, the sweep, the site and the execution of notebooks cost? ``make bench`` writes benchmarks/results.md."""
