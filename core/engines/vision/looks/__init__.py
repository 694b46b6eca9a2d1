"""Looks: what the draft engine honestly offers for colour, other techniques and film. It tints and filters; it invents
nothing.

wishes      which look a prompt's words ask for, in English and Chinese
ground      where a plate is picture and where bare paper
tint        plate tint, duotone, hand tint
technique   watercolour, painting, flat graphic, photograph-like
film        a graded still, full bleed
"""
