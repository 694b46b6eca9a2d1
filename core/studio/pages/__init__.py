"""Bringing book pages into a project: files, folders, ZIPs, PDFs, web addresses and IIIF manifests, page by page."""
