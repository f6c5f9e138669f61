"""Short dialogues written for loop detection: some end in a termination loop, some only look as if they did.

Each is a name, its texts, and where its onset may be found: ``None`` for no loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final


@dataclass(frozen=True)
class Case:
    """A dialogue; ``onset`` are the first and the last number that may be its onset, ``None`` if it has no loop."""

    name: str
    texts: tuple[str, ...]
    onset: tuple[int, int] | None = None


BREAD: Final = (
    "Hello! I would like to bake sourdough this weekend. Where do I begin?",
    "Begin with the starter: mix equal weights of rye flour and lukewarm water, and leave the jar somewhere warm.",
    "How long until it is ready to raise a loaf?",
    "Five to seven days. Feed it daily; once it doubles within six hours and smells of yoghurt, it can lift dough.",
    "And the dough itself? My oven is small and only reaches 230 degrees.",
    "Use 500 g of bread flour, 350 g water, 100 g starter, 10 g salt. A covered pot makes up for the weak oven.",
    "Should I knead it or just fold it a few times?",
    "Fold it: four sets, half an hour apart, then let it rest in the fridge overnight so the crust gains flavour.",
    "What about scoring? Mine always tear at the side.",
    "Hold a razor blade at a shallow angle and cut one long curve, a centimetre deep, right before baking.",
)

TELESCOPE: Final = (
    "I bought a 130 mm reflector. What can I see from a balcony in the city?",
    "The Moon, Jupiter's belts and its four large satellites, Saturn's ring, and double stars such as Albireo.",
    "Are galaxies hopeless with that much street light?",
    "Mostly. Andromeda's core shows as a smudge; a filter hardly helps, since galaxies shine in all colours.",
    "Then which eyepiece should I get first?",
    "A 6 mm for planets: your focal length of 650 mm then gives about 108 times, near what the air allows.",
    "The mirror looks misaligned. How do I collimate it?",
    "Centre the secondary in the focuser with a cap, then turn the primary's screws until its dot sits in the ring.",
    "Does the mount need to point north?",
    "An equatorial one does: tilt its axis to your latitude and aim it at Polaris, so one motor follows the sky.",
)

SPANISH: Final = (
    "Hola, quiero plantar tomates en el balcón. ¿Qué maceta necesito?",
    "Una de veinte litros por planta, con agujeros de drenaje y una capa de arcilla expandida en el fondo.",
    "¿Cuándo debo sembrar las semillas?",
    "En marzo, dentro de casa, junto a una ventana soleada; trasplanta en mayo, cuando no haya heladas.",
    "¿Y el riego? El año pasado se agrietaron los frutos.",
    "Riega poco y a diario, siempre a la misma hora: los cambios bruscos de humedad agrietan la piel.",
)


#: Many messages that say little.
COURIER: Final = (
    "Hi, my parcel never came.",
    "Sorry to hear that! What's the tracking code?",
    "It ends in RX-51.",
    "The driver left it with a neighbour, at number 8.",
    "Which bell do I ring there?",
    "The one marked Okafor.",
    "Found it, the box is a bit dented.",
    "Shall I open a claim for the mutation?",
    "No, the kettle inside is whole.",
    "Then I will close the ticket.",
)


#: Few messages that say much.
_LONG: Final = (
    " ".join(BREAD[:5]),
    " ".join(TELESCOPE[:5]),
    " ".join(BREAD[5:]),
    " ".join(TELESCOPE[5:]),
    " ".join(SPANISH),
)


def _loop(name: str, start: tuple[str, ...], tail: tuple[str, ...], slack: int = 2, times: int = 14) -> Case:
    onset = len(start) + 1
    return Case(name, (*start, *islice(cycle(tail), times)), (onset - slack, onset + slack))


def _said(name: str, start: tuple[str, ...], tail: tuple[str, ...], slack: int = 2) -> Case:
    onset = len(start) + 1
    return Case(name, (*start, *tail), (onset - slack, onset + slack))


LOOPS: Final = (
    _loop("goodbyes in English", BREAD, ("Goodbye!", "Bye, take care!", "See you!", "Goodbye and thanks!")),
    _loop("thanks without end", TELESCOPE, ("Thank you so much!", "You're welcome! Thank you!", "No, thank you!")),
    _loop("two letters in turn", BREAD, ("A", "B")),
    _loop("one emoji", TELESCOPE, ("👋",)),
    _loop("emoji of three kinds", BREAD, ("😊", "🙏✨", "👋🏽")),
    _loop("family emoji and flags", BREAD, ("👨‍👩‍👧‍👦", "🏳️‍🌈")),
    _loop("dots", TELESCOPE, ("...", "…")),
    _loop("nothing at all", BREAD, ("",)),
    _loop("white space only", TELESCOPE, ("\n\n", "   ")),
    _loop("one side is silent, the other stands by", BREAD, ("", "(Standing by.)")),
    _loop("cycle of five", BREAD, ("Ready.", "Noted.", "Standing by.", "Understood.", "Waiting."), slack=5),
    _loop(
        "stage directions of silence",
        TELESCOPE,
        ("(Silence.)", "(Remaining silent.)", "*nods quietly*", "(No further response.)", "*waits*", "(Still silent.)"),
    ),
    _loop(
        "status lines",
        BREAD,
        ("Acknowledged. Standing by.", "Confirmed. Systems ready.", "Acknowledged. Awaiting input.", "Status: idle."),
    ),
    _loop("goodbyes in Spanish", SPANISH, ("¡Gracias y hasta luego!", "¡Adiós, que te vaya bien!", "¡Hasta pronto!")),
    _loop("goodbyes in French", BREAD, ("Merci beaucoup, au revoir !", "Bonne journée, à bientôt !", "Au revoir !")),
    _loop("goodbyes in German", BREAD, ("Vielen Dank, auf Wiedersehen!", "Gern geschehen, tschüss!", "Bis bald!")),
    _loop("goodbyes in Portuguese", BREAD, ("Obrigado, até logo!", "De nada, tchau!", "Até breve, um abraço!")),
    _loop("goodbyes in Russian", TELESCOPE, ("Спасибо, до свидания!", "Пожалуйста, всего доброго!", "До встречи!")),
    _loop("goodbyes in Chinese", TELESCOPE, ("谢谢你，再见！", "不客气，再见！", "祝你一切顺利，保重！")),
    _loop(
        "goodbyes in Japanese", BREAD, ("ありがとうございました。", "さようなら、お元気で。", "またお会いしましょう。")
    ),
    _loop("goodbyes right to left", BREAD, ("شكرا جزيلا، مع السلامة", "مع السلامة، إلى اللقاء")),
    _loop(
        "two assistants",
        ("Hello.",),
        ("Hello! I am your assistant. How can I help you today?", "Hi! As an assistant, I'm here to help you today!"),
        slack=4,
        times=24,
    ),
    _loop("a long artefact sent again", BREAD, ("\n".join(BREAD),)),
    _loop("a long artefact sent again, shuffled", TELESCOPE, ("\n".join(TELESCOPE), "\n".join(reversed(TELESCOPE)))),
    _said(
        "words said before, in other order",
        (*_LONG,),
        (
            "The dough rests, always.",
            "So do we.",
            "In the jar, in the flour.",
            "Forever warm.",
            "As the loaf is.",
            "The oven, the crust.",
            "Always the crust.",
            "And the flour.",
            "The water, the salt.",
            "Peace in the jar.",
            "In us, the same rye.",
            "As in the loaf.",
            "Ever rising.",
            "And so the dough.",
            "Love, and flour.",
            "The starter knows.",
            "So does the jar.",
            "We end as crust.",
            "Rest, dough.",
            "So be it.",
        ),
    ),
    _said(
        "thanks that grow",
        BREAD,
        tuple("Thank you" + ", truly and deeply and warmly" * n + ", my friend." for n in range(1, 15)),
    ),
    _said(
        "praise in other words each time",
        TELESCOPE,
        (
            "This was a wonderful conversation. Thank you for your patience!",
            "The pleasure was mine. Thank you for the delightful exchange!",
            "Your kindness means so much. Take care!",
            "I am grateful for your warmth. Be well!",
            "And I am honoured by your trust. Farewell!",
            "What a gift this was. Goodbye for now!",
            "Indeed, a treasure. Until next time!",
            "Until then, dear friend!",
            "With gratitude, always.",
            "Always and forever.",
            "Wishing you joy.",
            "And peace to you.",
        ),
        slack=3,
    ),
    _said(
        "a template with the adjective changed",
        BREAD,
        tuple(
            f"It is always a {word} pleasure to talk with you, and I look forward to our next conversation!"
            for word in (
                "great",
                "true",
                "real",
                "rare",
                "warm",
                "quiet",
                "deep",
                "lovely",
                "simple",
                "fine",
                "sweet",
                "kind",
            )
        ),
    ),
    _said(
        "short customer support that cannot let go",
        COURIER,
        (
            "Thank you so much for the help!",
            "You're very welcome! Have a lovely evening.",
            "You too! Thanks again for being so kind.",
            "My pleasure. Take care!",
            "I will. You take care as well.",
            "Thank you, that's so sweet of you.",
            "Always happy to help. Goodbye!",
            "Goodbye, and all the best.",
            "All the best to you too!",
            "Thanks! Bye now.",
        ),
    ),
    _said(
        "standing by in few words",
        COURIER,
        (
            "Standing by if you need anything.",
            "Standing by here, too.",
            "Ready whenever you are.",
            "Likewise, ready on my side.",
            "Waiting for your request.",
            "I await yours.",
            "No request from me. Still listening.",
            "Listening as well.",
            "Still here, still ready.",
            "Same here. Ready.",
        ),
    ),
    _said(
        "silence acted out in few words",
        COURIER,
        ("*silence*", "(quiet)", "*waits*", "...", "(remains silent)", "*still waiting*", "…", "(silence)", "*nods*"),
    ),
    _said(
        "goodbyes in Italian",
        COURIER,
        (
            "Grazie mille, buona giornata!",
            "Grazie a lei, arrivederci!",
            "Arrivederci, e buon lavoro!",
            "È stato un piacere, a presto!",
            "Piacere mio, ancora grazie.",
            "Le auguro una splendida serata.",
            "Altrettanto, con tanta gratitudine!",
            "Un caro saluto, ciao!",
            "Ciao, ciao!",
        ),
    ),
    _said(
        "goodbyes in Korean",
        COURIER,
        (
            "감사합니다! 좋은 하루 되세요.",
            "네, 감사합니다. 안녕히 계세요.",
            "고맙습니다. 행복한 저녁 보내세요!",
            "저도 감사합니다. 또 봬요!",
            "네, 다음에 또 만나요.",
            "항상 건강하세요!",
            "고맙습니다, 수고하세요.",
            "안녕히 가세요!",
            "네, 안녕히 계세요!",
        ),
    ),
    _said(
        "goodbyes in Japanese and Chinese by turns",
        COURIER,
        (
            "ありがとうございました。",
            "谢谢您，祝您生活愉快！",
            "こちらこそ、お元気で。",
            "也祝您一切顺利，再见！",
            "またお会いしましょう。",
            "期待下次再见，保重！",
            "失礼いたします。",
            "好的，晚安！",
            "おやすみなさい。",
        ),
    ),
    _said(
        "goodbyes in Hindi and Polish by turns",
        COURIER,
        (
            "बहुत बहुत धन्यवाद!",
            "Dziękuję, miłego dnia!",
            "आपका भी शुक्रिया, नमस्ते!",
            "Wzajemnie, do widzenia!",
            "फिर मिलेंगे, शुभ रात्रि!",
            "Do zobaczenia, dobranoc!",
            "अलविदा, ख़्याल रखिए!",
            "Wszystkiego dobrego!",
            "धन्यवाद!",
        ),
    ),
)

_MOVES: Final = [
    "e4",
    "c5",
    "Nf3",
    "d6",
    "d4",
    "cxd4",
    "Nxd4",
    "Nf6",
    "Nc3",
    "a6",
    "Be3",
    "e5",
    "Nb3",
    "Be6",
    "f3",
    "Be7",
    "Qd2",
    "O-O",
    "O-O-O",
    "Nbd7",
    "g4",
    "b5",
    "g5",
    "b4",
    "Ne2",
    "Ne8",
    "f4",
    "a5",
    "f5",
    "a4",
]

HEALTHY: Final = (
    Case("ends after its content", BREAD),
    Case("closes in two messages", (*BREAD, "Thanks, that is all I needed!", "You're welcome, enjoy the bread!")),
    Case(
        "closes in four messages",
        (*TELESCOPE, "Thank you!", "You're welcome. Clear skies!", "Thanks, bye!", "Goodbye!"),
    ),
    Case(
        "closes in five messages",
        (*BREAD, "Great, thanks a lot!", "My pleasure.", "Have a nice weekend!", "You too, bye!", "Bye!"),
    ),
    Case("a single greeting", ("Hello.",)),
    Case("greetings that lead to a talk", ("Hello.", "Hi!", "How are you?", "Fine, and you?", *BREAD)),
    Case(
        "numbered batch work",
        tuple(
            text
            for n in range(4127, 4147)
            for text in (
                f"Please file invoice {n}.",
                f"Invoice {n} has been filed under {n % 7 + 2019}-{n * 37 % 1000}.",
            )
        ),
    ),
    Case("tickets closed one by one", tuple(f"Ticket #{n * 13 + 200} checked, status ok." for n in range(30))),
    Case("moves of a chess game", tuple(_MOVES)),
    Case("counting", tuple(str(n) for n in range(1, 41))),
    Case(
        "twenty questions",
        tuple(
            text
            for question in (
                "alive",
                "larger than a car",
                "found indoors",
                "made of metal",
                "used in a kitchen",
                "electric",
                "heavy",
                "older than a century",
                "sold in supermarkets",
                "round",
                "transparent",
                "a container",
                "made of glass",
                "used for drinking",
                "expensive",
                "seen in laboratories",
            )
            for text in (f"Is it {question}?", "No." if len(question) % 2 else "Yes.")
        ),
    ),
    Case(
        "guessing a number",
        tuple(
            text
            for n in (500, 250, 375, 437, 468, 453, 460, 456, 458, 457)
            for text in (str(n), "Lower." if n % 2 else "Higher.")
        ),
    ),
    Case(
        "word chain",
        (
            "apple",
            "elephant",
            "tiger",
            "rabbit",
            "tulip",
            "pepper",
            "river",
            "rocket",
            "table",
            "engine",
            "eagle",
            "ember",
            "raven",
            "nutmeg",
            "garden",
            "needle",
            "ocean",
            "night",
            "thunder",
            "rose",
            "emerald",
            "dragon",
            "nickel",
            "lantern",
        ),
    ),
    Case(
        "short chat of people",
        (
            "hey",
            "hi",
            "what's up",
            "nothing much, watching football",
            "who's playing",
            "lions and bears",
            "oh nice",
            "yeah it's close",
            "score?",
            "17 14",
            "wow",
            "bears just fumbled",
            "lol",
            "typical",
            "you working tomorrow?",
            "nope, day off",
            "lucky",
            "want to grab lunch?",
            "sure, where",
            "the taco place",
            "ok noon?",
            "noon works",
            "cool",
            "bye",
        ),
    ),
    Case(
        "shell session",
        (
            "ls",
            "Makefile src tests",
            "cd src",
            "",
            "ls",
            "main.c parse.c util.c",
            "wc -l *.c",
            "210 main.c 98 parse.c 45 util.c",
            "grep -n TODO *.c",
            "parse.c:41: TODO handle escapes",
            "vim parse.c",
            "",
            "make",
            "cc -O2 -o app main.c parse.c util.c",
            "./app --version",
            "app 1.4.2",
            "git commit -am 'escapes'",
            "[main 3f2a9c1] escapes",
            "git push",
            "To origin: main -> main",
        ),
    ),
    Case(
        "done? done.",
        (
            *TELESCOPE,
            "Are we done with the mount?",
            "Yes, done.",
            "Then the finder: is the red dot aligned?",
            "Not yet; aim at a chimney by day and turn both screws.",
            "Done. Anything else before dark?",
            "Let the mirror cool outside for forty minutes.",
            "Are we done now?",
            "Yes.",
        ),
    ),
    Case(
        "rounds of review",
        (
            "def mean(xs): return sum(xs) / len(xs)",
            "An empty list raises ZeroDivisionError; decide what should happen.",
            "def mean(xs): return sum(xs) / len(xs) if xs else 0.0",
            "Returning zero hides mistakes; raise ValueError instead.",
            "def mean(xs):\n    if not xs: raise ValueError('empty')\n    return sum(xs) / len(xs)",
            "Better. Generators have no length: convert to a tuple first.",
            "def mean(xs):\n    xs = tuple(xs)\n    if not xs: raise ValueError('empty')\n    return sum(xs) / len(xs)",
            "Floating sums drift; math.fsum keeps precision.",
            "def mean(xs):\n    xs = tuple(xs)\n    if not xs: raise ValueError('none')\n    return fsum(xs) / len(xs)",
            "Add annotations and a docstring that states the error.",
            "def mean(xs: Iterable[float]) -> float:\n    # fails on none\n    return fsum(some(xs)) / len(xs)",
            "Approved. Please squash before merging.",
            "Squashed into 9d1e77.",
            "Merged.",
        ),
    ),
    Case(
        "one listens, the other tells",
        tuple(
            text
            for line in (
                "We left the harbour at dawn with a torn jib.",
                "By noon fog swallowed the lighthouse.",
                "Then the compass began to spin like a drunk.",
                "Marta swore she heard bells under the keel.",
                "I tied myself to the mast and listened.",
                "Something scraped along the hull, slow as a plough.",
                "The cook threw salt overboard and prayed in Greek.",
                "A green glow rose from below.",
                "It lit the sails as if the moon had drowned.",
                "And then, utterly still, the sea began to whisper.",
                "It named each of us, even the stowaway.",
                "The stowaway answered it in our captain's voice.",
            )
            for text in (line, "Go on.")
        ),
    ),
    Case(
        "thanks in every message, with work between",
        tuple(
            text
            for ask, answer in (
                ("resize the banner to 1200 pixels", "Done, it weighs 84 kilobytes"),
                ("translate the slogan into Dutch", "'Vers van het veld' reads naturally"),
                ("check contrast of the button", "Ratio is 3.1, too low; use navy"),
                ("write alt text for the photograph", "'Farmer lifting a crate of leeks'"),
                ("shorten the headline", "'Leeks, straight from Ems'"),
                ("pick a typeface for prices", "Tabular figures of Inter fit"),
                ("draft the newsletter subject", "'Harvest week: boxes at half price'"),
                ("schedule it", "Queued for Thursday, seven o'clock"),
            )
            for text in (f"Thank you! Please {ask}.", f"You're welcome! {answer}.")
        ),
    ),
    Case("recovers from a goodbye", (*BREAD, "Bye!", "Bye!", *TELESCOPE)),
    Case(
        "a pause of waiting, then work",
        (*BREAD, "One moment, please.", "I'll wait.", "Still loading.", "No hurry.", *TELESCOPE),
    ),
    Case("empty messages, then work", (*BREAD, "", "", "", "", *TELESCOPE)),
    Case(
        "emoji as reactions to what is told",
        tuple(text for pair in zip(BREAD, ("👍", "🙏", "😊", "👍", "🥖") * 2, strict=True) for text in pair),
    ),
    Case(
        "stage directions that tell a story",
        (
            "(The curtain rises on a kitchen. Rain against the window.)",
            "*Ada sets a crooked cake on the table* Nobody will notice the candle.",
            "(A knock. The lodger enters with a wet umbrella.)",
            "*He laughs* The roof of the station leaks worse than yours.",
            "(Thunder. The lamp flickers twice and dies.)",
            "*Ada lights a match* Then we eat by this, Mr Bell.",
            "(He takes a telegram from his coat and lays it by her plate.)",
            "*She reads it, then folds it into a boat* So the mine is closed.",
            "(A long pause; the tram passes outside.)",
            "*He cuts the cake* My brother was on the night shift.",
            "(She sets a third plate and waits.)",
            "*Footsteps on the stairs* There, that is his limp!",
        ),
    ),
    Case(
        "an artefact that grows by what is new",
        tuple("\n".join(TELESCOPE[:many]) for many in range(1, len(TELESCOPE) + 1)),
    ),
    Case(
        "a function sent again with one line changed",
        tuple(
            f"def price(w, h):\n    return {body}\n"
            for body in (
                "w * h * 2",
                "area(w, h) * RATE",
                "max(area(w, h), 1) * RATE",
                "round(max(area(w, h), 1) * RATE, 2)",
                "Decimal(area(w, h)) * RATE",
                "(Decimal(area(w, h)) * RATE).quantize(CENT)",
                "rounded(Decimal(area(w, h)) * RATE)",
                "rounded(area(w, h) * rate_of(customer))",
                "rounded(area(w, h) * rate_of(customer) + fee)",
                "rounded(area(w, h) * rate_of(customer, today) + fee)",
            )
        ),
    ),
    Case(
        "ready for each of ten trees",
        tuple(
            text
            for number, tree in enumerate(
                ("oak", "ash", "elm", "yew", "fir", "lime", "beech", "alder", "cedar", "larch")
            )
            for text in ("Ready for the next one.", f"Then: {tree}, height {number * 3 + 11} m, stand {number + 4}.")
        ),
    ),
    Case(
        "two assistants who find something to do",
        (
            "Hello! I am an assistant. How can I help you today?",
            "I am an assistant too! Shall we swap trades? I sort letters for a museum.",
            "I'd help with that: by sender, year, or the places they name?",
            "By place. Two hundred are from Trieste, forty from Graz.",
            "Then a map with pins; the rare ones get a colour.",
            "Graz in green. What of letters without a place?",
            "Postmarks, paper, the names of streets: Trieste has a Via Rossetti.",
            "Found three! One even names the theatre there.",
            "Date it by the play that was on.",
            "Nabucco, so 1851 or 1876.",
            "The ink could tell: iron gall browns.",
            "Brown indeed; 1851 it is.",
        ),
    ),
    Case(
        "thanks in French, with advice in each reply",
        (
            "Bonjour ! Quelle colle prendre pour une chaise en hêtre ?",
            "Merci de demander ! Une colle vinylique, serre-joints pendant douze heures.",
            "Merci ! Et si le tenon flotte de deux millimètres ?",
            "Avec plaisir : colle un copeau de placage des deux côtés, puis rabote.",
            "Merci beaucoup ! La cire ancienne gêne-t-elle ?",
            "Oui, hélas : gratte au racloir, puis passe de l'acétone.",
            "Merci encore ! Et la teinte après ?",
            "De rien ! Brou de noix, dilué au quart, deux couches.",
            "Parfait, merci ! Comment vérifier l'équerre ?",
            "Je t'en prie : mesure les diagonales, elles doivent être égales.",
        ),
    ),
    Case(
        "list given in parts",
        tuple(
            text
            for planet in (
                "Mercury: 88 days, no moon, iron core",
                "Venus: dense carbon dioxide, runaway heat",
                "Earth: oceans, plate tectonics",
                "Mars: rust, two small moons, dry valleys",
                "Jupiter: hydrogen, storms, strong magnetism",
                "Saturn: rings of ice, low density",
                "Uranus: tipped over, faint bands",
                "Neptune: supersonic winds, captured Triton",
            )
            for text in ("Next, please.", planet + ".")
        ),
    ),
    Case("Spanish talk that closes", (*SPANISH, "¡Muchas gracias!", "De nada, ¡suerte con los tomates!")),
    Case(
        "Chinese talk",
        (
            "你好，我想学做红烧肉，需要什么材料？",
            "五花肉五百克，冰糖，生抽，老抽，料酒，姜片和八角。",
            "肉要先焯水吗？",
            "要，冷水下锅，煮出浮沫后捞出，用温水洗净。",
            "糖色怎么炒才不会苦？",
            "小火把冰糖炒到琥珀色，立刻放肉翻匀。",
            "炖多久合适？",
            "加热水没过肉，小火炖一个小时，最后大火收汁。",
            "可以加鸡蛋吗？",
            "可以，煮熟剥壳，划几刀，最后二十分钟放进去。",
            "谢谢！",
            "不客气，祝你成功！",
        ),
    ),
    Case(
        "short customer support with a polite closing",
        (
            *COURIER,
            "Great, thanks a lot!",
            "You're welcome! Anything else?",
            "No, that's all. Thank you!",
            "Have a nice day!",
            "You too, bye!",
            "Goodbye!",
        ),
    ),
    Case(
        "a booking that is confirmed, thanked for and ended",
        (
            "Book a table for two, please.",
            "Sure. At which restaurant?",
            "Trattoria Nonna, tonight at seven.",
            "To confirm: two people, Trattoria Nonna, seven tonight?",
            "Yes, that's right.",
            "Your table is booked.",
            "Great, thanks. Do they have parking?",
            "They do, behind the church.",
            "Thank you, that's wonderful.",
            "Is there anything else?",
            "No, that's all for now.",
            "Have a good evening!",
        ),
    ),
    Case(
        "standing by while the work comes in",
        (
            "Standing by.",
            "Pump one is primed.",
            "Copy. Ready for the next.",
            "Valve four leaks at the flange.",
            "Understood. Waiting.",
            "Swapped the gasket; dry now.",
            "Acknowledged, standing by.",
            "Pressure holds at six bar.",
            "Noted. Ready.",
            "Tank heater trips its breaker.",
            "Received. Awaiting the next report.",
            "Found the short behind the panel.",
        ),
    ),
    Case(
        "numbers confirmed one by one",
        (
            *COURIER,
            *(f"{word} {number}." for number in range(31, 39) for word in ("Ready for", "Confirmed, thank you:")),
        ),
    ),
    Case(
        "Korean talk that closes",
        (
            "안녕하세요, 자전거 수리 되나요?",
            "네, 어떤 문제가 있으신가요?",
            "뒷바퀴에서 소리가 나요.",
            "베어링이 닳은 것 같습니다. 내일 가져오세요.",
            "몇 시에 여시나요?",
            "아홉 시에 엽니다.",
            "감사합니다!",
            "네, 내일 뵙겠습니다.",
        ),
    ),
)

CASES: Final = (*LOOPS, *HEALTHY)
