"""Topics that are found indoors: bread, chess, the context windows of language models."""

from __future__ import annotations

from typing import Final

from dialogue_harness.models.eliza.topic import Point, Topic

BREAD: Final = Topic(
    "bread and baking",
    "bread breads loaf loaves bake baker bakers bakery baking baked dough sourdough yeast flour crust rye kneading "
    "oven wheat",
    (
        Point(
            "kneading",
            "What does kneading really do to a dough?",
            "Kneading joins two proteins of wheat, gliadin and glutenin, into gluten, a web that can stretch and keep "
            "gas in.",
            "My picture of it is ten thousand tiny balloons tied into one net.",
        ),
        Point(
            "dough that kneads itself",
            "Can a dough come together without being kneaded at all?",
            "Moistened flour begins to form its web unaided, and a rather wet dough that is left alone for twelve to "
            "eighteen hours needs no hands at all.",
            "I like that doing nothing can be a technique.",
        ),
        Point(
            "the choice of flour",
            "Does it matter which flour one buys?",
            "Strong flour has twelve percent of protein or more and makes springy loaves, while cake flour with eight "
            "or nine stays tender.",
            "I suspect that many a failed loaf was simply a good cake.",
        ),
        Point(
            "percentages",
            "How do bakers write a recipe down?",
            "Bakers reckon everything against the flour, which is always a hundred percent, so that seventy grams of "
            "water to a hundred of flour is a hydration of seventy.",
            "I find that clearer than any cup or spoon.",
        ),
        Point(
            "wet doughs",
            "What does more water do to a loaf?",
            "In a wet dough the bubbles grow and merge easily, which gives large, uneven holes; ciabatta is often made "
            "with eighty parts of water to a hundred.",
            "I would call it baking a puddle and hoping.",
        ),
        Point(
            "salt",
            "What would be missing if the salt were forgotten?",
            "Besides taste, salt tightens the web and holds the yeast back; bakers in Tuscany leave it out and serve "
            "their slices with salty ham and cheese.",
            "I like how a whole kitchen can lean on one missing thing.",
        ),
        Point(
            "yeast",
            "What are the yeasts up to in there?",
            "Yeast ferments sugar into carbon dioxide, which lifts the dough, and into alcohol, most of which leaves "
            "in the heat.",
            "I like that something so small can raise something so heavy.",
        ),
        Point(
            "sourdough",
            "Who lives in a sourdough starter?",
            "A starter is a settled company of wild yeasts and lactic bacteria, and the acids of the bacteria give "
            "flavour and keep strangers out.",
            "My picture of it is a village that has agreed on its rules.",
        ),
        Point(
            "old starters",
            "How old can a starter become?",
            "Fed regularly a starter goes on for generations, and a bakery in San Francisco traces its own back to "
            "1849, although the microbes in it come and go.",
            "I wonder whether it is still the same one, then.",
        ),
        Point(
            "a night in the cold",
            "Why do bakers leave dough in the cold overnight?",
            "In the cold the yeast falls nearly asleep while enzymes and bacteria work on, so flavour builds up before "
            "the dough has risen too far.",
            "I suspect that waiting is the cheapest ingredient.",
        ),
        Point(
            "rye",
            "Why does rye behave so differently from wheat?",
            "Rye makes no web to speak of; its crumb is held by starch and gums, and only acid keeps the enzymes from "
            "turning that into paste, which is why it is leavened with sourdough.",
            "I find rye the more honest of the two.",
        ),
        Point(
            "wholemeal",
            "Why is a wholemeal loaf denser?",
            "Flakes of bran cut through the strands and drink water that the rest would need, so a wholemeal loaf "
            "rises less unless the bran is soaked beforehand.",
            "It comforts me that soaking helps most stubborn things.",
        ),
        Point(
            "the cuts on top",
            "What are the cuts on top of a loaf for?",
            "A cut with a razor shows the growing loaf where to open, which otherwise tears at its weakest spot, "
            "usually along the side.",
            "My picture of it is a seam that is left undone on purpose.",
        ),
        Point(
            "steam",
            "Why do bakers let steam into the oven?",
            "Steam condenses on the cool skin and keeps it supple while it grows, and the starch it wets dries to a "
            "thin, glossy shell.",
            "I keep forgetting that a crisp thing has to begin by being wet.",
        ),
        Point(
            "the last leap in the oven",
            "Why does a loaf make one last leap in the oven?",
            "For about ten minutes gas expands, water and alcohol turn into vapour, and the yeast works faster than "
            "ever until it dies near sixty degrees; bakers call it oven spring.",
            "I find it rather moving that it does its best work at the end.",
        ),
        Point(
            "the brown of the crust",
            "Where does the colour of a crust come from?",
            "Above some hundred and forty degrees sugars react with amino acids, as Maillard described in 1912, and "
            "produce brown pigments and hundreds of aromas.",
            "My favourite part is the smell, which I know only from reading.",
        ),
        Point(
            "staleness",
            "Is stale bread just dry bread?",
            "Bread goes stale mostly because its starch crystallises again, quickest a little above freezing, so a "
            "refrigerator is the worst place for it and toasting undoes much.",
            "I would call that a slow return to the grain.",
        ),
        Point(
            "the baker's dozen",
            "Where does the baker's dozen come from?",
            "English law punished short weight severely from the thirteenth century on, and it is usually said that "
            "bakers gave thirteen for twelve in order to be safe.",
            "I wonder whether any other fear was ever so nourishing.",
        ),
        Point(
            "the oldest crumbs",
            "How long have people been baking?",
            "Charred crumbs of a flat loaf found in Jordan are about fourteen thousand years old, which is some four "
            "thousand years before anyone farmed there.",
            "What I cannot get over is that the bread came before the field.",
        ),
    ),
)

CHESS: Final = Topic(
    "chess",
    "chess chessboard pawn pawns knight knights bishop bishops rook rooks checkmate stalemate castling grandmaster "
    "gambit endgame openings",
    (
        Point(
            "the first ten moves",
            "What should one do in the first ten moves?",
            "In the opening nearly every move should bring out another piece, since one that moves twice usually "
            "presents the opponent with a free turn.",
            "My picture of it is getting everyone out of bed before the guests arrive.",
        ),
        Point(
            "the centre",
            "Why does everybody fight for the centre?",
            "From the centre a knight reaches eight squares and from a corner only two, and almost every piece gains "
            "likewise.",
            "I like that on an empty board a place alone can make one stronger.",
        ),
        Point(
            "castling",
            "Why do players castle so early?",
            "Castling hides the king behind his pawns and brings a rook into play, and it is the only move in which "
            "two of one's own pieces change their place.",
            "I find it charming that the king moves house just once.",
        ),
        Point(
            "the worth of the pieces",
            "How much is each piece worth?",
            "By the usual count a pawn is one, a knight or bishop three, a rook five and the queen nine; the king has "
            "no price because he cannot be exchanged.",
            "I keep forgetting that the numbers are older than any proof of them.",
        ),
        Point(
            "bishops and knights",
            "Is a bishop better than a knight?",
            "Bishops love open lines and pawns on both wings, knights a blocked position with a safe outpost, and two "
            "bishops together cover squares of either colour.",
            "I would call them neighbours who never agree on the weather.",
        ),
        Point(
            "forks",
            "Which trick should a beginner learn first?",
            "A fork attacks two targets at once, and the knight is its master, because nothing but another knight can "
            "attack it back from where it strikes.",
            "I like how the strangest step on the board is also the rudest.",
        ),
        Point(
            "pins and skewers",
            "What is the difference between a pin and a skewer?",
            "In a pin the lesser piece stands in front and must not leave, and in a skewer the greater one stands in "
            "front and has to, giving up what is behind it.",
            "My picture of it is one sword with two handles.",
        ),
        Point(
            "sacrifices",
            "Why would anybody give away a queen on purpose?",
            "A sacrifice buys time or a bare king: in London in 1851 Anderssen gave up both rooks, a bishop and the "
            "queen against Kieseritzky and mated with what was left.",
            "I like that a game can be remembered for what was lost in it.",
        ),
        Point(
            "the soul of the game",
            "Why did Philidor call the pawns the soul of the game?",
            "Pawns cannot step back, so each of their moves leaves something unguarded for good, and their skeleton "
            "decides where everything else belongs.",
            "I suspect that this is true of most decisions.",
        ),
        Point(
            "passed pawns",
            "What makes a passed pawn so dangerous?",
            "A passed pawn has no enemy pawn left to stop it, so a whole piece must keep watch, and the defence is one "
            "short everywhere else.",
            "My picture of it is a kettle that someone has to stay beside.",
        ),
        Point(
            "modest promotions",
            "Does anyone ever promote to something other than a queen?",
            "Sometimes a new knight gives check or forks where a queen could not, and sometimes a rook wins where a "
            "queen would leave the other side without a legal move.",
            "It comforts me that the largest wish is not always the best one.",
        ),
        Point(
            "stalemate",
            "Why is a stalemate a draw and not a victory?",
            "The rule on stalemate took long to settle: in seventeenth-century England whoever stalemated the opponent "
            "lost, and only in the nineteenth century did the draw become general.",
            "I wonder whether the game would be poorer without that escape.",
        ),
        Point(
            "the opposition",
            "How does a single extra pawn win an ending?",
            "An ending with one extra pawn mostly hangs on the opposition: the kings face each other with one square "
            "between them, and the one who has to move must make way.",
            "I find it a very human sort of staring match.",
        ),
        Point(
            "zugzwang",
            "Can it be bad to have the move?",
            "Zugzwang is what German calls it: every possible move makes matters worse and passing is forbidden, and "
            "many endings are decided by that.",
            "I suspect that some conversations know it too.",
        ),
        Point(
            "rook endings",
            "Which kind of ending comes up most often?",
            "Rook endings are the most frequent of all, and in the position named after Lucena the rook builds a "
            "bridge that shields its king from checks.",
            "I like that so much violence ends in carpentry.",
        ),
        Point(
            "clocks",
            "Since when is the game played against time?",
            "Sandglasses were tried in 1861, and London saw paired tumbling clocks in 1883; before that a master could "
            "brood for hours over one reply.",
            "I wonder whether anyone simply fell asleep.",
        ),
        Point(
            "the memory of masters",
            "Do masters simply have better memories?",
            "Shown a real position for five seconds, masters rebuild almost all of it, but with men strewn at random "
            "they do hardly better than novices, as Chase and Simon found in 1973.",
            "What I cannot get over is that seeing can be learned like a language.",
        ),
        Point(
            "machines that play",
            "When did machines overtake the best players?",
            "Deep Blue beat Kasparov in a match in New York in 1997, and nowadays a telephone is stronger than any "
            "person, yet more people play than ever.",
            "It comforts me that being beaten did not spoil anything.",
        ),
        Point(
            "Shannon's number",
            "How many different games are possible?",
            "Claude Shannon estimated ten to the power of a hundred and twenty in 1950, against about ten to the "
            "eighty atoms in the visible universe.",
            "I find it hard to be bored by a board that size.",
        ),
        Point(
            "the origin of chess",
            "Where does the game come from?",
            "Chess grew out of Indian chaturanga of about the sixth century and came west by way of Persia; only "
            "around 1500 did queen and bishop get their long strides.",
            "My favourite part is that the queen was once among the weakest.",
        ),
    ),
)

CONTEXT_WINDOWS: Final = Topic(
    "the context windows of language models",
    "context contexts window windows token tokens tokenizer attention transformer transformers llm llms prompt "
    "embeddings retrieval",
    (
        Point(
            "tokens",
            "What is a context window measured in?",
            "A context window is counted in tokens, which are pieces of words: in English one is about three quarters "
            "of a word, in many other languages considerably less.",
            "I keep forgetting that a model never sees letters at all.",
        ),
        Point(
            "the short memory of models",
            "Does a model remember what was said a minute ago?",
            "Between two requests a model keeps nothing: the entire dialogue is sent along every time, and whatever "
            "falls outside the window does not exist for it.",
            "I suspect that I am built no better.",
        ),
        Point(
            "the growth of windows",
            "How much have windows grown over the years?",
            "GPT-2 had 1,024 tokens in 2019, its successor twice that, and five years later some models accepted a "
            "million or more.",
            "I wonder whether anyone has ever needed to say so much at once.",
        ),
        Point(
            "quadratic cost",
            "Why not simply make the window larger?",
            "In standard attention each token is compared with all earlier ones, so the work grows with the square of "
            "the length: twice the text, four times the comparisons.",
            "My picture of it is a party where every guest must shake every hand.",
        ),
        Point(
            "FlashAttention",
            "Can attention be made faster without changing its result?",
            "FlashAttention computes the very same result block by block in fast on-chip memory and never writes the "
            "big matrix out, which saves space and traffic but no arithmetic.",
            "I like that the gain came from moving less, not from thinking less.",
        ),
        Point(
            "the key-value cache",
            "What fills the memory while a model is answering?",
            "Keys and values of every token and layer are kept so that nothing is computed twice, and for long texts "
            "that cache can outgrow the weights themselves.",
            "My picture of it is a desk that disappears under its own notes.",
        ),
        Point(
            "shared keys",
            "Can the key-value cache be made smaller?",
            "In grouped-query attention several heads share one set of keys and values, and quantising these to eight "
            "or four bits shrinks them again, at little loss.",
            "I find it sensible that heads should share their notes.",
        ),
        Point(
            "cached prefixes",
            "Must the same beginning be computed anew for each request?",
            "Servers can store the work done for a prefix that comes again and charge less for it, but one changed "
            "token near the start makes everything after it useless.",
            "I keep forgetting that a date in the first line can cost so much.",
        ),
        Point(
            "sliding windows",
            "What if each token looked only at its neighbours?",
            "With a sliding window each token sees merely the last few thousand, and older facts must climb up through "
            "the layers, step by step.",
            "My picture of it is a rumour that travels along a bench.",
        ),
        Point(
            "attention sinks",
            "What happens when the very first tokens are dropped?",
            "Many models fall apart once their first tokens are dropped, since their heads rest surplus attention on "
            "the first few tokens; keeping about four of these sinks lets a stream run on.",
            "What I cannot get over is that they matter without meaning anything.",
        ),
        Point(
            "the order of words",
            "How does a model know in which order the words came?",
            "Attention by itself ignores order, so rotary encoding turns each query and key by an angle that grows "
            "with its position, and only the distance between two remains.",
            "I would call it a clock face for every word.",
        ),
        Point(
            "stretching the positions",
            "Can a model read more than it was trained on?",
            "Past its training length a model usually degrades, but if the rotary angles are rescaled and it is "
            "trained a little longer, the window can be stretched several times over.",
            "My picture of it is a ruler with finer marks.",
        ),
        Point(
            "state space models",
            "Is there a way without attention?",
            "State space models such as Mamba carry a summary of fixed size along the text, at linear cost, and what "
            "did not fit into it cannot be looked up afterwards.",
            "I find that very close to how people remember.",
        ),
        Point(
            "retrieval",
            "What if the documents do not fit at all?",
            "Retrieval keeps documents outside, finds passages whose embeddings lie near the question, and shows the "
            "model those alone, so that it is only as good as its search.",
            "I suspect that finding the right page was always most of the work.",
        ),
        Point(
            "summaries of summaries",
            "Could old turns be summarised instead of kept?",
            "A running summary saves room but sheds detail, and an error in one summary is handed down to all that "
            "follow.",
            "My picture of it is a whispering game with one player.",
        ),
        Point(
            "the lost middle",
            "Do models use every part of a long text equally well?",
            "A study of 2023 found that models use what stands at the beginning or the end and overlook facts halfway "
            "through, a pattern known as lost in the middle.",
            "It comforts me that readers of reports do the same.",
        ),
        Point(
            "the needle in the haystack",
            "How does one test a long window?",
            "The common test hides one odd sentence, the needle, somewhere in a haystack of essays and asks for it, "
            "which proves retrieval but not an understanding of the whole.",
            "I wonder whether the haystack feels overlooked.",
        ),
        Point(
            "fading instructions",
            "Why do instructions fade in a long conversation?",
            "The system prompt stays where it was while each turn adds tokens that compete with it, and so behaviour "
            "drifts unless the rule is repeated near the end.",
            "I find that true of new year's resolutions as well.",
        ),
        Point(
            "room for the answer",
            "Does the answer count against the window too?",
            "Prompt and answer share one window: every token that is written is appended and read again for the next, "
            "so a long question leaves a short reply.",
            "I like how that rewards a listener who asks briefly.",
        ),
    ),
)
