"""The words on the sample pages: a magazine that never was, written for them."""

TITLE = "THE COASTWISE MISCELLANY"
LIGHTS = (
    "There is no trade so quiet as that of the keeper of a light. He climbs at dusk with his can of oil, trims the "
    "wick, winds the clockwork that turns the lens, and comes down again in the morning with nothing to report. The "
    "best year a keeper can have is one of which nobody hears a word.",
    "The tower on the Gannet Rock was eleven summers in the building. Each block was cut ashore, laid out upon a "
    "floor of boards, numbered, and fitted to its neighbours before it was shipped; for on the rock itself the masons "
    "had but two hours between tides, and no room to swing a mallet twice.",
    "Visitors ask what the keeper does with his evenings. He reads, he mends his nets, and he keeps a list of the "
    "ships that pass. One such list, begun by the first keeper and never once neglected, now fills forty-one volumes, "
    "and has settled more than one quarrel between owners and insurers.",
)
FISHES = (
    "Of the fishes that come into the harbour pools at the turn of the year, the banded perch is the most easily "
    "known. It bears four dusky bars upon its flank, the first behind the gill, the last before the tail, and carries "
    "its foremost fin erect when it is vexed, which is often.",
    "The horned beetle beside it was found under the boat-house steps. It is harmless, whatever the children say, and "
    "lives upon the sap of old timber. The jaws, which make so fierce a show, are too long to bite with any force.",
)
AIR = (
    "On the morning of the fair the whole town stood in the water meadow with its mouth open. The great globe had been "
    "filling since four o'clock, and lay first like a sleeping cow, then like a barn, and at last like nothing that "
    "any of us had a name for.",
    "At nine Mr. Abel Fenn and his sister stepped into the car with a barometer, a cold fowl and a dog, which thought "
    "better of it and leapt out. The ropes were let go. There was no jolt, Miss Fenn told us afterwards; it was the "
    "meadow that went down, and the town that grew small, and she had never in her life felt so entirely still.",
    "They came to earth beyond the mill at Upper Sallow, to the great surprise of the miller, having travelled nine "
    "leagues in something under two hours. The fowl was eaten there. The barometer, we regret to say, was dropped.",
)
SHIPS = (
    "A ship is known by her sails as a friend is by his walk, and an old pilot will name her before her hull has "
    "lifted above the edge of the sea. The barque carries her yards upon the two masts that stand foremost, and it "
    "is by the third that you may tell her from every other.",
    "The Patient Margaret was such a one. She was built broad for the timber trade, slow in light airs and stubborn "
    "in heavy ones, and in thirty-three years she never lost a man, nor ever once arrived upon the day she was "
    "expected. Her masters loved her and her owners did not.",
    "She ended as she had lived, in no hurry. Laid up in the river with her topmasts struck, she was bought by a "
    "baker, who cut a door in her side and sold bread from her hold for a further twenty years.",
)
MILLS = (
    "The post mill turns about a single oak, so that the miller may set her face to the wind with his own shoulder. "
    "It is the oldest kind that we have, and there are parishes where the same post has carried three mills, one "
    "after another, as a stem will carry flowers.",
    "In a fair breeze she will grind a sack in the time it takes to say so. In a calm the miller sits upon the steps "
    "and waits, and it is then that one should call on him, for he has the news of the whole country in his head, and "
    "nobody to tell it to but the sparrows.",
)
SHELLS = (
    "The chambered shell grows as a story does, each room a little larger than the last, and the creature lives only "
    "in the newest. Behind it lie all the rooms it has outgrown, shut off by walls as thin as a wafer and shining "
    "like the inside of a cup.",
    "Cut through the middle, it shows a curve that never changes however far it is followed, which has pleased the "
    "geometers very much. The animal, so far as is known, has no opinion.",
)
LIGHTHOUSE = "Fig. 1. The light on the Gannet Rock,\nas seen from the packet boat."
FISH = "Fig. 2. The banded perch."
BEETLE = "Fig. 3. The horned beetle,\ntwice its natural size."
BALLOON = "The ascent of Mr. Fenn and his sister\nfrom the water meadow."
SHIP = "The barque Patient Margaret, outward bound."
WINDMILL = "The post mill at Upper Sallow."
SHELL = "A chambered shell, cut through the middle."
