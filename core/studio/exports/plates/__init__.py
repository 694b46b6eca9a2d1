"""Plates as files for others: a ZIP, a book, tables and annotations, and references for a video model.

Everything is written piece by piece: of many plates one picture at a time is in memory.
"""
