"""How the draft engine draws: real image processing, no AI.

picture     decode and encode, exact fitting to a size
cutout      a subject lifted off its ground, with a fine alpha edge
turning     the same subject from behind, from the side
words       what a prompt's words ask for (English and Chinese)
palette     the colours of a scene, and what it carries on from the previous one
brush       noise, ridges and washes: the marks everything is painted with
drafting    which of these a step's kind needs
land, water, depths, built, wayside, indoors, air    what stands in a backdrop
scene       backdrop + subject = a storyboard frame
sheet       character sheets, with captions in any script
accessories details of a subject in a grid
(restoration and looks of one picture: core.engines.vision)
finish      grain, vignette and the "draft" mark
"""
