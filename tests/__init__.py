"""The tests of Throughline."""
