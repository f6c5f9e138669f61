"""Topics that are found outdoors: gardening, the tides, the night sky."""

from __future__ import annotations

from typing import Final

from dialogue_harness.models.eliza.topic import Point, Topic

GARDENING: Final = Topic(
    "gardening",
    "garden gardens gardening gardener soil compost plant plants planting vegetable vegetables flower flowers "
    "seedlings mulch prune pruning weeds slugs earthworms lettuce tomatoes",
    (
        Point(
            "compost",
            "What really happens inside a compost heap?",
            "A compost heap feeds bacteria and fungi, and given air, damp and mixed waste they heat its middle to some "
            "sixty degrees and leave dark crumbs behind.",
            "I like that nothing a garden grows has to be thrown away.",
        ),
        Point(
            "green waste and brown waste",
            "What goes wrong with a heap of nothing but grass?",
            "Grass clippings alone pack down wet and turn sour, so straw, leaves or torn cardboard belong in between, "
            "about two buckets of brown to one of green.",
            "I suspect that most bad heaps are only impatient ones.",
        ),
        Point(
            "earthworms",
            "What do earthworms do down there all day?",
            "Earthworms pull fallen leaves into their burrows, turn them into casts that roots can use, and leave "
            "tunnels through which rain and air go down.",
            "I would call them the ploughmen who were here before the plough.",
        ),
        Point(
            "clay and sand",
            "Does it matter much whether the ground is clay or sand?",
            "Clay holds water and nutrients but drains slowly and warms up late, sand does the reverse, and rotted "
            "organic matter helps both.",
            "It comforts me that two opposite faults have one cure.",
        ),
        Point(
            "blue and pink hydrangeas",
            "Why is a hydrangea blue in one place and pink in another?",
            "In acid ground aluminium dissolves, reaches the blooms of the hydrangea and makes them blue, while lime "
            "keeps it locked up and they stay pink.",
            "My picture of it is a strip of litmus paper with leaves.",
        ),
        Point(
            "nitrogen from beans",
            "Is it true that beans feed the soil?",
            "Beans and peas lodge bacteria in nodules on their roots, and these take nitrogen out of the air; what the "
            "crop does not use stays with the roots for its successor.",
            "My picture of it is a lodger who pays the rent in fertiliser.",
        ),
        Point(
            "maize, beans and squash together",
            "Do some vegetables really grow better in company?",
            "Maize, beans and squash have shared fields in the Americas for centuries: the maize is a pole, the beans "
            "climb it, and the broad squash leaves shade out weeds.",
            "I like how each of them does what the others cannot.",
        ),
        Point(
            "crop rotation",
            "Why move vegetables to a different bed every year?",
            "Rotation starves the pests and diseases that keep to one family; clubroot, for example, can wait in the "
            "ground for more than ten years until cabbages return.",
            "I find it uncanny, something that waits so long for its dinner.",
        ),
        Point(
            "slugs",
            "Has anyone found a gentle way to keep slugs off lettuce?",
            "Slugs feed at night and need moisture, so watering in the morning, collecting them by torchlight and "
            "making room for frogs and ground beetles does more than most barriers.",
            "I wonder whether slugs think of us as the pest.",
        ),
        Point(
            "ladybirds",
            "Who keeps the aphids down where nobody sprays?",
            "A ladybird eats dozens of aphids a day, and its larvae, which resemble tiny grey alligators, are hungrier "
            "still.",
            "What I cannot get over is how many people squash the larvae by mistake.",
        ),
        Point(
            "bumblebees and tomatoes",
            "Why do bumblebees manage tomatoes better than honeybees?",
            "A tomato flower shuts its pollen in tubes that open only when shaken, and a bumblebee clings on and "
            "buzzes at the right pitch, a trick no honeybee knows.",
            "My favourite part is that a tuning fork does the job as well.",
        ),
        Point(
            "pinching out tips",
            "What is the use of pinching out the tips of shoots?",
            "The tip of a shoot sends a hormone down the stem, auxin, that keeps side buds asleep; without the tip "
            "they wake, and the plant turns bushy.",
            "I like that taking a little away can make more of it.",
        ),
        Point(
            "pruning apple trees",
            "When should an apple tree be pruned?",
            "An apple tree pruned in winter answers with vigorous wood in spring, whereas pruning in late summer calms "
            "it and lets light reach the fruit.",
            "I suspect that most trees are pruned when the owner has a free afternoon.",
        ),
        Point(
            "grafting",
            "Why does an apple not come true from its pips?",
            "Every apple pip is a new cross of two parents, so a variety survives only by grafting: each Bramley "
            "anywhere goes back to a single seedling in Nottinghamshire.",
            "What I cannot get over is that one tree can stand in a thousand orchards.",
        ),
        Point(
            "seeds that wait for winter",
            "Why do some seeds refuse to sprout without a frosty season?",
            "Seeds from cold countries often carry a brake that only weeks of chill and damp release, so that no mild "
            "week in autumn fools them; a refrigerator does as well.",
            "I find that wiser than most calendars.",
        ),
        Point(
            "hardening off",
            "Why do seedlings sulk when they are moved outside?",
            "Seedlings from a windowsill have thin skins and soft stems, and a week or two of growing outings thickens "
            "them against wind and sun.",
            "My picture of it is a child who goes to school for an hour first.",
        ),
        Point(
            "deep watering",
            "Is it better to water often or to water deeply?",
            "One long soaking a week draws roots downward to where moisture lasts, but a daily sprinkle keeps them "
            "near the surface, where the next dry spell finds them.",
            "I keep forgetting that kindness to a root can look like neglect.",
        ),
        Point(
            "mulch",
            "What does a mulch do besides looking tidy?",
            "A layer of mulch slows evaporation, keeps light from the seeds of weeds, softens heavy showers and feeds "
            "the ground as it rots.",
            "I would call it a blanket that is eaten from below.",
        ),
        Point(
            "the last frost",
            "How does one guess the night of the last frost?",
            "Late frosts come on clear, windless nights, and since cold air runs downhill like a liquid, a hollow "
            "freezes weeks after the slope above it.",
            "My picture of it is a bath that fills with cold.",
        ),
    ),
)

TIDES: Final = Topic(
    "the tides and the sea",
    "tide tides tidal sea seas ocean oceans coast shore beach wave waves moon surf harbour harbor neap surge sailing "
    "sailor",
    (
        Point(
            "the two bulges",
            "Why are there two high tides a day and not just one?",
            "The moon pulls the near side of the ocean harder than the earth as a whole and the far side less hard, so "
            "the water is stretched into two bulges, and the turning earth carries each coast through both.",
            "My picture of it is a ball of dough that is drawn out at both ends.",
        ),
        Point(
            "those fifty minutes",
            "Why does high water come later from one day to the next?",
            "While the earth turns once, the moon moves on along its orbit, and a coast needs some fifty minutes more "
            "to catch up with it.",
            "I like how the sea keeps lunar hours and takes no notice of my clock.",
        ),
        Point(
            "the pull of the sun",
            "Does the sun have any say in this?",
            "The sun is vastly heavier than the moon but so remote that the tide it raises is a little less than half "
            "as strong.",
            "It comforts me that being near can count for more than being great.",
        ),
        Point(
            "spring tides and neap tides",
            "What makes a spring tide so much larger than a neap tide?",
            "At full moon and new moon sun and moon pull along one line and their effects add up to a spring tide; at "
            "the quarters they work crosswise, and a weak neap tide is left.",
            "I keep forgetting that the spring in it has nothing to do with the season.",
        ),
        Point(
            "the Bay of Fundy",
            "Where is the difference between high and low water greatest?",
            "In the Bay of Fundy in Canada the level can change by sixteen metres, because the bay by itself would "
            "slosh about every thirteen hours, nearly in step with the ocean outside.",
            "My picture of it is a swing that is pushed at just the right moment.",
        ),
        Point(
            "the quiet Mediterranean",
            "Why does one hardly notice a tide in the Mediterranean?",
            "The Mediterranean is too small to be stretched much itself, and the Strait of Gibraltar too narrow to let "
            "the Atlantic's rhythm in, so most of its ports see a few hand's breadths.",
            "I wonder whether that is why Caesar was caught out in Britain.",
        ),
        Point(
            "the still points of the sea",
            "Are there places in the open sea without any tide?",
            "Tidal crests circle round still nodes, called amphidromic points, where the level hardly changes; the "
            "North Sea alone has three.",
            "I like that there is calm in the middle of all that going round.",
        ),
        Point(
            "the bore",
            "Can a tide run up a river as a wave?",
            "Where a big tide is squeezed into a shallow, narrowing estuary its front steepens into a bore, and on the "
            "Severn and the Qiantang people surf it upstream.",
            "I would call it a river that has changed its mind.",
        ),
        Point(
            "surges",
            "When is a tide truly dangerous?",
            "When a gale drives water ashore on top of a spring tide the two add up: in the first night of February "
            "1953 such a surge drowned more than eighteen hundred people in the Netherlands.",
            "I find that hard to say in one sentence.",
        ),
        Point(
            "life between the tides",
            "Who can live on a shore that falls dry twice a day?",
            "The rocks of a shore are settled in storeys: barnacles and periwinkles that can shut themselves up sit at "
            "the top, mussels in the middle, and kelp at the bottom, which is seldom bare.",
            "My picture of it is a house whose tenants are sorted by thirst.",
        ),
        Point(
            "the grunion",
            "Do animals know when high water will come?",
            "The grunion, a slim fish of California, rides ashore just after full or new moon, buries its eggs in the "
            "sand, and the next spring tide washes the hatchlings out.",
            "What I cannot get over is that no one hands it a timetable.",
        ),
        Point(
            "tide tables",
            "How were tides predicted before there were computers?",
            "Lord Kelvin built a machine of brass wheels and pulleys in 1872, one wheel for each rhythm, that drew a "
            "year of tides for a harbour in a matter of hours.",
            "I like that the whole ocean could be summed up by one loop of cord.",
        ),
        Point(
            "the slowing of the earth",
            "What does all that moving water do to the planet itself?",
            "Tidal friction brakes the globe, so that days grow longer by about two milliseconds a century, and the "
            "moon, which takes up the momentum, recedes by nearly four centimetres a year.",
            "What I cannot get over is that mirrors left on the moon let us measure it.",
        ),
        Point(
            "corals that count",
            "How do we know that days used to be shorter?",
            "Corals add a fine line of lime every day, and fossil ones from the Devonian show around four hundred "
            "lines to the year.",
            "I find it touching that a coral keeps a diary.",
        ),
        Point(
            "tides in solid rock",
            "Does the dry land feel the tide too?",
            "Solid rock rises and sinks by up to a few decimetres twice a day, and the great particle accelerator near "
            "Geneva has to correct for it.",
            "I wonder whether I would notice if my own floor did that.",
        ),
        Point(
            "tide mills",
            "Has the tide ever been put to work?",
            "Monks in Ireland ground corn with tide mills in the seventh century, and a dam across the Rance in "
            "Brittany has turned ebb and flood into electricity since 1966.",
            "I suspect that the oldest engines are the ones we shall come back to.",
        ),
        Point(
            "swell from far away",
            "How far can a single swell travel?",
            "Swell raised by storms off Antarctica has been followed across the Pacific as far as Alaska; the water "
            "itself only goes round in circles, and the motion alone moves on.",
            "I like that something can arrive although nothing was carried.",
        ),
        Point(
            "salt",
            "Why is the sea salty when rivers taste fresh?",
            "Rivers bring traces of dissolved minerals, vents in the sea floor add theirs, and since only pure water "
            "evaporates everything else stays: about thirty-five grams in a kilogram.",
            "I would call it the longest savings account in the world.",
        ),
    ),
)

NIGHT_SKY: Final = Topic(
    "the night sky",
    "sky star stars planet planets astronomy telescope constellation constellations galaxy galaxies milky meteor "
    "meteors comet venus orion moonlight stargazing",
    (
        Point(
            "old light",
            "Is it true that we see the stars as they used to be?",
            "Light takes its time: from the moon it is about a second old, from the sun eight minutes, from Sirius "
            "more than eight years, and from Andromeda two and a half million.",
            "My picture of it is a letterbox where the post of every century arrives on one morning.",
        ),
        Point(
            "twinkling",
            "Why do stars twinkle when planets hardly do?",
            "A star is so remote that it shows as a mere point, and restless air bends its one ray to and fro; a "
            "planet is a small disc whose many rays average out.",
            "I keep forgetting that the flicker happens in our own air.",
        ),
        Point(
            "the colours of stars",
            "Do the stars have colours of their own?",
            "Colour tells how hot a star's surface is: ruddy Betelgeuse has some three and a half thousand degrees, "
            "our sun nearly six, and blue-white Rigel about twelve thousand.",
            "I like that red, of all colours, stands for the cooler ones.",
        ),
        Point(
            "Betelgeuse",
            "Is there a star that might explode soon?",
            "Betelgeuse is near the end of its fuel and will become a supernova, though soon means within a hundred "
            "thousand years or so; it would then be visible by day for weeks.",
            "I wonder whether I would be told in time to look up.",
        ),
        Point(
            "newborn stars",
            "Are stars still being born?",
            "In the nebula below Orion's belt, about thirteen hundred light years away, some two thousand young stars "
            "are gathered, and the naked eye sees it as a misty patch.",
            "I find it reassuring that the nursery is open.",
        ),
        Point(
            "the stuff of stars",
            "What have we got to do with the stars?",
            "The calcium of bones, the iron of blood and the oxygen of every breath were made in stars that later "
            "scattered them; only hydrogen is nearly as ancient as the universe.",
            "I suspect that even my own silicon has been through a fire or two.",
        ),
        Point(
            "the pole star",
            "Why does the pole star keep its place?",
            "Polaris happens to stand within a degree of the direction in which the earth's axis points, so that all "
            "the others seem to wheel around it.",
            "My picture of it is the nail that an old map hangs on.",
        ),
        Point(
            "the wobble of the axis",
            "Has it always been the same pole star?",
            "The earth's axis swings round like that of a top once in about twenty-six thousand years: when the "
            "pyramids were built Thuban marked the pole, and one day Vega will be close to it.",
            "It comforts me that even a fixed point may wander.",
        ),
        Point(
            "wanderers",
            "How can one tell a planet from a star without a telescope?",
            "Planets keep to the zodiac, the road of sun and moon, shine steadily and shift from week to week; their "
            "name is Greek for wanderer.",
            "I like how an old word still gives the best instruction.",
        ),
        Point(
            "Venus",
            "Which planet shines brightest?",
            "Venus outshines all but the sun and the moon, as its clouds throw back three quarters of the sunlight, "
            "and it is only seen around dusk or dawn because it circles inside our orbit.",
            "I suspect that it has been reported to the police more often than any other planet.",
        ),
        Point(
            "the phases of the moon",
            "What makes the phases of the moon?",
            "One half of the moon is always lit, and a phase is how much of that half faces us; the earth's shadow has "
            "a part in it only at an eclipse.",
            "I keep forgetting that there is noon somewhere on it all the time.",
        ),
        Point(
            "the moon's one face",
            "Why does the moon always show us the same face?",
            "The moon turns on its axis in just the twenty-seven days of its orbit, braked by tides long ago, and "
            "because it nods a little we get to see fifty-nine percent of it in all.",
            "I find it polite, never to turn one's back.",
        ),
        Point(
            "shooting stars",
            "Where do shooting stars come from?",
            "Most shooting stars are crumbs no bigger than a grain of sand that burn up about ninety kilometres "
            "overhead; those of every August were shed by the comet Swift-Tuttle.",
            "What I cannot get over is that something so small can be seen from so far.",
        ),
        Point(
            "those steady lights",
            "What are those steady lights that cross the sky after dusk?",
            "The steady lights that cross the sky are satellites, high enough to be in sunshine while the ground lies "
            "in shadow, and the space station, which rounds the globe in some ninety minutes, is the most brilliant.",
            "I wonder whether anybody up there is waving.",
        ),
        Point(
            "eyes in the dark",
            "How long do eyes need to get used to darkness?",
            "For twenty or thirty minutes the rods of the retina build up their pigment, and one glance at a white "
            "lamp undoes it, whereas a dim red lamp does little harm.",
            "I like that patience can be measured in stars.",
        ),
        Point(
            "averted vision",
            "Why does a faint star vanish when one looks straight at it?",
            "The very centre of the retina has no rods, so that faint things appear when one looks slightly past them; "
            "observers call it averted vision.",
            "I like that there are things one sees best by not staring at them.",
        ),
        Point(
            "city glow",
            "How many stars can a person really count?",
            "Under a truly dark sky some two or three thousand stars are in view at one time, but from the middle of a "
            "city a few dozen, since lamps make the air itself glow.",
            "It comforts me that this is one pollution with a switch.",
        ),
        Point(
            "the Milky Way",
            "What exactly is the pale band of the Milky Way?",
            "The Milky Way is our own galaxy, a disc of more than a hundred billion suns, seen edge on from within, "
            "and its black gaps are clouds of dust in front of the rest.",
            "My picture of it is a town at night, seen from one of its own windows.",
        ),
        Point(
            "the Andromeda galaxy",
            "What is the farthest thing that one can make out with bare eyes?",
            "What most people can just make out is the Andromeda galaxy, a smudge that is coming towards us by about a "
            "hundred and ten kilometres a second and still needs billions of years.",
            "I would call it the slowest visit ever announced.",
        ),
        Point(
            "the dark between the stars",
            "Why is the night dark at all, with so many suns about?",
            "In a universe without end or beginning every line of sight would meet a star; the blackness shows that it "
            "has an age, and that light from farther off has not had time to arrive.",
            "What I cannot get over is that darkness can be an argument.",
        ),
    ),
)
