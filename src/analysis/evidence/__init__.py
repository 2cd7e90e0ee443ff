"""The record: what each source says, in which words, and under which readings."""
