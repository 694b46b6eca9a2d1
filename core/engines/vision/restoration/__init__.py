"""How the draft engine restores a plate: measured, not imagined. Nothing is drawn that was not printed.

plate       which type a plate is: line art, tone, colour plate or photograph
warp        where each pixel of a straightened picture lies in the crooked one
frame       a picture's four sides, and what makes them a rectangle
curl        text lines, and what makes them straight and level
surroundings  what the page around a crop says of its curl and its frame
paper       what colour the paper is, everywhere
ink         line art on white: bleed-through, stains and specks gone
tone        halftone, wash and colour on white; photographs brought to their full range
canvas      tight crop, even white margin or full bleed, the exact size
restoring   all of it, in its order
"""
