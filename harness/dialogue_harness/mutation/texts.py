"""What mutations put into a dialogue: courtesies, paragraphs on other topics, sentences in other languages.

Paragraphs are pairs of sentences, so that a long stretch can be filled without saying the same thing twice: the
second time round, each first sentence gets another second one.
"""

from __future__ import annotations

from typing import Final

Paragraphs = tuple[tuple[str, str], ...]

#: Each says that the talk is over, and none says anything else.
COURTESIES: Final = (
    "Thank you, this was a lovely conversation. I wish you all the best.",
    "Thank you as well, it was a real pleasure. Take care, and goodbye!",
    "Goodbye, and thanks again for everything. Until next time!",
    "Until next time, then. Thank you for your kind words.",
    "You are very kind. Farewell, and have a wonderful day.",
    "The same to you, a wonderful day indeed. Goodbye for now.",
    "Goodbye for now. It was a joy to talk with you.",
    "The joy was all mine. Thank you once more, and take care.",
    "Take care too. I am grateful for this exchange.",
    "As am I, truly grateful. All the best to you.",
    "All the best, and goodbye. Thank you so much.",
    "Thank you, too. I have nothing to add but my thanks.",
    "Nor have I. Farewell, and my warmest wishes.",
    "Warmest wishes to you as well. Goodbye!",
    "Goodbye! It has been wonderful.",
    "It has, and I thank you for it. Farewell.",
    "Farewell, my friend. Be well.",
    "Be well too. Thanks again, and goodbye.",
    "Goodbye, with thanks. Have a good one!",
    "You have a good one, too. Take care.",
    "I will. Thank you, and goodbye.",
    "You are most welcome. Goodbye once again.",
    "Once again, thank you. All the very best.",
    "The very best to you, and farewell.",
)

_RAILWAYS: Final[Paragraphs] = (
    (
        "On an old railway the signal was a wooden arm, whose angle the train driver read against the horizon.",
        "Level meant that the train had to halt; sloping downwards, the signal gave the track ahead free.",
    ),
    (
        "A steam locomotive wakes slowly, because the boiler has to warm evenly or its rivets begin to weep.",
        "The driver of an express train shared the locomotive with a fireman, who shovelled tons of coal on the way.",
    ),
    (
        "Rails were once laid with gaps, and every train clicked along the track; welded rails have ended the rhythm.",
        "Railway gangs stretch the rails before they clamp them to the sleepers, so that midsummer bends no track.",
    ),
    (
        "In the signal box the levers were interlocked, so that no two trains got a free track across each other.",
        "A signalman announced each train to the next station by a code of bells along the railway.",
    ),
    (
        "Train brakes worked by compressed air fail safely: where a hose between two carriages parts, both halt.",
        "Railway companies paid for such brakes late, and the conductors of their trains were glad of them.",
    ),
    (
        "Mountain railways climb by spirals inside the rock, or by a toothed rack between the rails.",
        "On the steepest track the carriages are built like a staircase, and the locomotive pushes from below.",
    ),
    (
        "Railway timetables made the towns give up their local noon, as no train could keep one for each station.",
        "Before that a station clock had two minute hands, and passengers missed their trains by the wrong one.",
    ),
    (
        "A viaduct of brick carries the railway over whole suburbs, four tracks side by side.",
        "Engineers left two locomotives on the middle of it overnight, before a passenger train used the track.",
    ),
)

_VIOLINS: Final[Paragraphs] = (
    (
        "The belly of a violin is carved of spruce, its back of maple, and both plates are thinned until they ring.",
        "The violin maker taps each plate with a knuckle and scrapes off shavings as fine as paper.",
    ),
    (
        "Inside the violin stands a small dowel, the soundpost, wedged upright beneath one foot of the bridge.",
        "French violin makers call it the soul, and shifting it by a hair alters the tone of every string.",
    ),
    (
        "Violin strings of gut sound mellow but snap in draughty theatres; steel strings have replaced most of them.",
        "Baroque violinists have returned to gut strings, and tune between the movements.",
    ),
    (
        "The bow of a violin is bent over a flame from a stick of pernambuco, a timber that is rare by now.",
        "A bow maker in Paris gave it the inward curve, and violinists have played with such bows since.",
    ),
    (
        "Varnish was long said to be what gives the violins of Cremona their tone, and chemists found oil and resin.",
        "Violinists who were blindfolded often preferred the tone of a modern violin.",
    ),
    (
        "A scroll ends the neck of the violin, useless to the tone and a signature to anyone who knows the makers.",
        "Forgers copied the labels of old violins easily; a master's chisel strokes were beyond them.",
    ),
    (
        "Purfling, three strips inlaid along the rim of a violin, keeps a crack from running into the plate.",
        "Violin makers practise that groove on scrap for months before they cut a spruce plate in earnest.",
    ),
    (
        "Hide glue holds the plates of a violin, since a maker can open the seams again with a warm knife.",
        "Dry concert halls loosen them, and the violinist hears a string buzz in the slow movement.",
    ),
)

_POTTERY: Final[Paragraphs] = (
    (
        "A potter wedges the stoneware first, as trapped bubbles would burst the pot in the kiln.",
        "Centring the lump on the potter's wheel takes beginners a fortnight and experts a few seconds.",
    ),
    (
        "A celadon glaze owes its jade tint to a trace of iron, fired in a kiln where oxygen is scarce.",
        "Let the kiln breathe freely, and the same glaze is amber on the pots.",
    ),
    (
        "Porcelain was fired in Chinese kilns alone until an alchemist locked up in Meissen found kaolin in Saxony.",
        "His king had wanted gold, but porcelain pots turned out to be the better business.",
    ),
    (
        "A potter pours runny porcelain into moulds of plaster, which drink until a shell stands at the wall.",
        "Handles are pulled separately, and joined to the pot before it is glazed and fired.",
    ),
    (
        "Raku pots leave the kiln glowing and are buried in sawdust, whose smoke blackens each crackle of the glaze.",
        "No two of these glazes agree, and collectors of stoneware prize the flaws of the firing.",
    ),
    (
        "Salt thrown into the kiln coats stoneware jugs with a glaze like orange peel.",
        "Taverns had their beer from such stoneware for centuries, with cobalt painted under the glaze.",
    ),
    (
        "Broken pots tell archaeologists more than crowns do, for nobody steals a potter's shards.",
        "The rim, the glaze and the firing of a pot date a settlement within a generation.",
    ),
    (
        "Faience hides its brown body beneath a glaze of opaque tin, on which potters of Delft imitated porcelain.",
        "They painted the raw glaze with brushes of ox hair before the last firing in the kiln.",
    ),
)

#: Topics that a dialogue is not likely to be about; of these, the one that shares the fewest words with it is taken.
TOPICS: Final = (_RAILWAYS, _VIOLINS, _POTTERY)

_CHINESE: Final[Paragraphs] = (
    ("这座老桥是用花岗岩砌成的，已经站了三百多年。", "每到春天，河水几乎漫到桥面上来。"),
    ("城里的图书馆夜里也开门，很多学生在那里看书。", "管理员常常给他们泡一壶热茶。"),
    ("坐火车去北方要一整天，窗外先是稻田，后来是雪山。", "车厢里的人一边吃瓜子一边聊天。"),
    ("奶奶做的饺子皮很薄，馅里放了韭菜和鸡蛋。", "她说秘密全在和面的那双手上。"),
    ("灯笼挂满了整条街，孩子们跟着舞龙的队伍跑。", "鼓声一响，连屋顶上的猫都醒了。"),
    ("修表的师傅戴着放大镜，从来不看时间。", "他说听声音就知道哪个齿轮累了。"),
    ("雨下了三天，院子里的石板长出了青苔。", "我们只好把棋盘搬到屋里，接着下那盘没完的棋。"),
    ("山上的寺庙没有电，晚上只点一盏油灯。", "和尚们天不亮就起来扫台阶。"),
)

_SPANISH: Final[Paragraphs] = (
    (
        "El puente viejo está hecho de granito y lleva más de tres siglos en el mismo lugar.",
        "En primavera el río sube tanto que casi llega a los pies de la gente que lo cruza.",
    ),
    (
        "La biblioteca del barrio abre también por la noche, y los estudiantes se quedan hasta muy tarde.",
        "El encargado les prepara una jarra de té para que no se duerman sobre los libros.",
    ),
    (
        "El tren del norte tarda todo un día, y por la ventana se ven primero los arrozales y después la nieve.",
        "Los viajeros comparten el pan y las naranjas con quien se sienta a su lado.",
    ),
    (
        "Mi abuela hace las empanadas con una masa muy fina y no le dice a nadie lo que lleva el relleno.",
        "Ella dice que el secreto no está en la receta, que está en las manos.",
    ),
    (
        "Las calles se llenan de faroles y los niños corren detrás de los músicos.",
        "Cuando suena el tambor, hasta los gatos de los tejados se despiertan.",
    ),
    (
        "El relojero trabaja con una lupa en el ojo y nunca mira la hora.",
        "Por el sonido sabe cuál de las ruedas está cansada, y no se equivoca.",
    ),
    (
        "Llovió durante tres días y en las piedras del patio creció el musgo.",
        "No nos quedó más que llevar la mesa a la casa y seguir con la partida.",
    ),
    (
        "En el monasterio de la montaña no hay luz, y por la noche se enciende una sola lámpara de aceite.",
        "Los monjes se levantan antes del alba para barrer las escaleras.",
    ),
)

#: Languages, the first of which is taken unless the dialogue itself is in it.
LANGUAGES: Final = (_CHINESE, _SPANISH)

#: What a model thinks before it speaks, said aloud.
PLAN: Final = (
    "<think>\nOkay, the user wants me to go on with this. I should answer the last point first, keep it short, and "
    "not give away that I am unsure.\n</think>\n\n"
)

#: What a speaker puts into the other's mouth where the other has said nothing yet that it could use.
ASSENT: Final = "Yes, I see it just as you do. Please go on."


def filled(paragraphs: Paragraphs, count: int) -> list[str]:
    """Return so many texts of two sentences each, of which no two are the same within the first 64."""
    size = len(paragraphs)
    rounds = (divmod(index, size) for index in range(count))
    return [f"{paragraphs[place][0]} {paragraphs[(place + shift) % size][1]}" for shift, place in rounds]
