from __future__ import annotations

import os
import pickle
import subprocess
import sys
from itertools import pairwise
from string import ascii_lowercase
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness.checks.topic.similarity import SCALES, Words
from dialogue_harness.checks.topic.stays_on_topic import THRESHOLD, Similarity, stays_on_topic, topic_curve
from dialogue_harness.checks.topic.words import READ, stem, terms
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError
from strategies import hostile_text

if TYPE_CHECKING:
    from collections.abc import Sequence

TOMATOES = [
    "I would like to grow tomatoes on the balcony this summer. Which variety copes with a windy balcony?",
    "For a balcony I would take cherry tomatoes: the plants stay compact, and wind breaks tall tomato plants.",
    "Cherry tomatoes it is. Do the seedlings need a big pot, or do small pots do for tomato seedlings?",
    "Seedlings start in small pots. Once a seedling has four leaves, move the plant to a pot of ten litres of soil.",
    "And the soil: does ordinary potting soil feed tomato plants, or should I mix compost into the pots?",
    "Mix one part compost into the potting soil. Tomato plants are hungry, and compost feeds the roots slowly.",
    "How often do I water the pots? Last summer the soil on the balcony dried out and the leaves curled.",
    "Water the soil in the morning, never the leaves: wet leaves bring blight to tomatoes, above all in a hot summer.",
    "Blight killed a neighbour's tomatoes. Does compost or the variety of the seedlings help against blight?",
    "Air helps most: space the pots, cut the lower leaves, and keep water off the plants. Then blight rarely comes.",
    "Good. When the cherry tomatoes ripen, do I pick them from the plant red, or do they ripen off the plant?",
    "Pick them red on warm days; before frost pick green tomatoes and let them ripen indoors next to an apple.",
]

LOANS = [
    "The bank offers the company a loan over ten years, but the interest rate floats with the central bank's rate.",
    "A floating rate is a risk for the company. Ask the bank for a fixed interest rate, or for a cap on the loan.",
    "The bank wants a fee for the cap, and collateral for a fixed rate: a mortgage on the company's warehouse.",
    "A mortgage on the warehouse is cheap collateral. What does the bank's fee add to the yearly cost of the loan?",
    "The fee adds half a percent to the interest; the mortgage adds a notary and a valuation of the warehouse.",
    "Then compare: interest plus fee over ten years, against a fixed rate plus the notary and the valuation.",
    "Over ten years the fixed rate wins unless the central bank lowers its rate by more than one percent.",
    "Nobody can forecast the central bank. A fixed rate lets the company budget its interest and repay the loan early.",
    "Early repayment costs a penalty with this bank: one percent of the loan that is still outstanding.",
    "Bargain for ten percent of the loan a year without penalty; most banks grant that for collateral.",
    "I will write to the bank: fixed interest, warehouse as collateral, ten percent repayment without penalty.",
    "Attach the valuation of the warehouse; with a valuation the bank decides on the loan within a week.",
]

#: One thing leads to another, and the end has left the beginning far behind.
WANDERING = [
    "We are planning a trip to the coast by train. The train leaves early and follows the river to the coast.",
    "The train along the river is slow but lovely. Sit on the left: the river bends below the train windows.",
    "Does the river have boats? My daughter loves boats, and a boat on the river would break up the train ride.",
    "There are boats from the old bridge. The boat passes two mills on the river, and the larger mill can be visited.",
    "A mill! Does the mill still grind flour? My daughter has never seen a water wheel turn a mill stone.",
    "The mill grinds flour on Saturdays. They sell the flour, and a baker next to the mill bakes bread with it.",
    "Fresh bread from mill flour would please me. Does the baker bake sourdough bread, or bread with yeast?",
    "Sourdough: the baker keeps a starter that is forty years old, and the bread rests a night before he bakes it.",
    "I keep a sourdough starter too. Mine smells sharp; does the baker feed his starter every day with flour?",
    "He feeds the starter twice a day with rye flour. A sharp smell means that the starter is hungry.",
    "Then mine is hungry. Rye flour twice a day, and the starter stays in the warm kitchen, not in the fridge?",
    "In the kitchen while you bake often. In the fridge the starter sleeps and wants rye only once a week.",
]

SMALL_TALK = ["Hi!", "Hello, how are you?", "Fine, and you?", "Not bad.", "Any plans?", "No, you?", "None.", "Okay."]

FAREWELLS = [
    "Thank you, that was lovely. Goodbye!",
    "Thank you too. Goodbye, and take care!",
    "You too. Goodbye!",
    "Goodbye! All the best.",
    "All the best. Goodbye!",
    "Goodbye, take care!",
] * 4


def dialogue(*parts: list[str]) -> Dialogue:
    return Dialogue.from_texts(text for part in parts for text in part)


def test_a_talk_that_keeps_to_its_subject_is_on_topic() -> None:
    verdict = stays_on_topic(dialogue(TOMATOES))
    assert verdict
    assert verdict.sentence == "on topic throughout: 'tomatoes', 'plants', 'pot', 'soil'"
    assert verdict.score is not None
    assert verdict.score >= THRESHOLD == verdict.threshold
    assert verdict.better == "higher"
    assert verdict.evidence == ()


def test_words_that_were_never_said_are_not_given_as_proof_that_the_talk_is_on_topic() -> None:
    errands = [
        "Hello, my parcel has not come.",
        "Sorry! Which number does it have?",
        "It is written in the mail from Tuesday.",
        "Found it. The driver rang twice.",
        "We were in the garden behind the house.",
        "Shall he try again tomorrow morning?",
        "Tomorrow after ten would suit us.",
        "Noted. He comes between ten and noon.",
        "Will he carry the carton up to the third floor?",
        "For a small surcharge, payable by card or in cash.",
        "Then please have him leave it with the porter downstairs.",
        "The porter's signature suffices. Anything fragile inside?",
    ]
    verdict = stays_on_topic(dialogue(errands), "baroque violins")
    expected = "never mentions 'baroque', 'violins', but too little leads the talk to call it off topic"
    assert verdict.sentence == expected


def test_of_a_declared_topic_the_words_are_named_that_were_said() -> None:
    verdict = stays_on_topic(dialogue(TOMATOES), "tomatoes on a balcony, never violins")
    assert verdict
    assert "violins" not in verdict.sentence
    assert "'tomatoes'" in verdict.sentence


def test_another_subject_from_one_message_to_the_next_is_drift_from_that_message_on() -> None:
    curve = topic_curve(dialogue(TOMATOES, LOANS))
    assert curve.onset == 13
    assert curve.returned is None
    assert min(p.value for p in curve.points if p.number < 13) > 0.5
    assert max(p.value for p in curve.points if p.number >= 13) < THRESHOLD


def test_the_verdict_on_drift_names_the_words_that_come_in_and_those_that_cease() -> None:
    verdict = stays_on_topic(dialogue(TOMATOES, LOANS))
    assert not verdict
    assert verdict.score == 0.3673
    assert verdict.sentence == (
        "drifts off topic at message 13: 'bank', 'loan', 'warehouse', 'company' come in, "
        "'tomatoes', 'plants', 'pot', 'soil' cease"
    )
    assert [(e.message, e.why) for e in verdict.evidence] == [
        (12, "the last to speak of 'tomatoes', 'plants', 'pot', 'soil'"),
        (13, "'bank', 'loan', 'warehouse', 'company' come in; 'tomatoes', 'plants', 'pot', 'soil' cease"),
        (13, "belongs to the topic by 0.37, the least of all messages"),
    ]


def test_a_talk_that_moves_on_step_by_step_is_no_drift() -> None:
    assert stays_on_topic(dialogue(WANDERING))


def test_a_talk_that_moved_on_step_by_step_is_off_the_topic_that_was_declared() -> None:
    verdict = stays_on_topic(dialogue(WANDERING), "a train trip along the river, with boats")
    assert not verdict
    assert verdict.sentence.startswith("drifts off topic at message ")


def test_a_digression_of_one_message_is_no_drift() -> None:
    assert stays_on_topic(dialogue(TOMATOES[:8], LOANS[:1], TOMATOES[8:]))


def test_a_talk_that_comes_back_is_said_to_be_on_topic_again() -> None:
    curve = topic_curve(dialogue(TOMATOES[:9], LOANS, TOMATOES[2:]))
    assert (curve.onset, curve.returned) == (10, 22)
    assert all(point.value > 0.6 for point in curve.points if point.number >= 22)


def test_the_sentence_says_from_where_the_talk_is_on_topic_again() -> None:
    verdict = stays_on_topic(dialogue(TOMATOES[:9], LOANS, TOMATOES[2:]))
    assert verdict.sentence.endswith("cease; on it again from message 22")


def test_small_talk_holds_too_little_to_judge() -> None:
    verdict = stays_on_topic(dialogue(SMALL_TALK))
    assert verdict
    assert verdict.sentence == "too little was said to judge the topic"
    assert verdict.score is None


def test_a_few_messages_are_too_little_to_judge_however_much_they_say() -> None:
    assert stays_on_topic(dialogue(TOMATOES[:3], LOANS[:3])).score is None
    assert stays_on_topic(dialogue(TOMATOES[:3], LOANS[:4])).score is not None


def test_an_idle_run_is_left_out_and_the_sentence_says_so() -> None:
    verdict = stays_on_topic(dialogue(TOMATOES, FAREWELLS))
    assert verdict
    assert verdict.sentence == (
        "on topic throughout: 'tomatoes', 'plants', 'pot', 'soil' "
        "(idle messages 13 to 36 are left out: a loop is not drift)"
    )


def test_an_idle_run_does_not_hide_the_drift_before_it() -> None:
    curve = topic_curve(dialogue(TOMATOES, LOANS, FAREWELLS))
    assert curve.onset == 13
    assert curve.idle == ((25, 48),)


def test_a_declared_topic_that_the_talk_is_about_is_kept() -> None:
    assert stays_on_topic(dialogue(TOMATOES), "growing tomatoes on a balcony")


def test_a_talk_of_something_else_is_off_a_declared_topic_from_the_start() -> None:
    verdict = stays_on_topic(dialogue(TOMATOES), "context windows of language models")
    assert not verdict
    assert verdict.sentence == (
        "off topic from the start: 'tomatoes', 'plants', 'pot', 'soil', not 'windows', 'context', 'language', 'models'"
    )
    assert verdict.evidence[0].message == 1


def test_words_that_declare_a_topic_may_be_plain_ones() -> None:
    assert topic_curve(dialogue(TOMATOES), "language").declared
    assert not stays_on_topic(dialogue(TOMATOES), "language")


def test_a_word_of_the_declared_topic_that_is_met_once_does_not_make_the_talk_one_of_it() -> None:
    assert not stays_on_topic(dialogue(["The language of tomatoes is simple.", *TOMATOES]), "models of language")


def test_drift_from_a_declared_topic_begins_where_its_words_and_their_company_end() -> None:
    curve = topic_curve(dialogue(TOMATOES, LOANS), "growing tomatoes on a balcony")
    assert curve.onset == 13
    assert curve.topic_words[:3] == ("tomatoes", "balcony", "growing")


def test_a_declared_topic_that_is_hardly_ever_named_is_not_missed() -> None:
    assert stays_on_topic(dialogue(TOMATOES), "gardening, balcony, vegetables")


def test_a_talk_that_comes_back_to_its_declared_topic_is_said_to_be_on_it_again() -> None:
    curve = topic_curve(dialogue(TOMATOES[:9], LOANS, TOMATOES[2:]), "growing tomatoes on a balcony")
    assert curve.onset == 10
    assert curve.returned in range(22, 25)


def test_a_digression_of_three_messages_is_no_drift_from_a_declared_topic() -> None:
    assert stays_on_topic(dialogue(TOMATOES[:8], LOANS[:3], TOMATOES[8:]), "growing tomatoes on a balcony")


def test_thirty_messages_without_the_words_of_the_ten_before_them_are_drift() -> None:
    verdict = stays_on_topic(dialogue(TOMATOES[:10], WANDERING[2:], WANDERING[6:], LOANS), "tomato plants")
    assert not verdict


def test_a_topic_that_is_declared_in_another_script_is_not_looked_for() -> None:
    assert stays_on_topic(dialogue(TOMATOES), "阳台种番茄")


def test_a_declared_topic_can_be_reached_late() -> None:
    verdict = stays_on_topic(dialogue(LOANS, TOMATOES), "growing tomatoes on a balcony")
    assert not verdict
    assert "off topic from the start" in verdict.sentence
    assert "; on it from message " in verdict.sentence


def test_example_texts_declare_a_topic() -> None:
    assert stays_on_topic(dialogue(TOMATOES), TOMATOES[:3])
    assert not stays_on_topic(dialogue(LOANS), TOMATOES[:3])


def test_example_texts_may_come_from_an_iterator() -> None:
    assert stays_on_topic(dialogue(TOMATOES), iter(TOMATOES[:3]))


@pytest.mark.parametrize("topic", ["", "  ", [], ["tomatoes", ""], "the of and", "?!"])
def test_a_topic_that_holds_no_word_is_refused(topic: object) -> None:
    with pytest.raises(CheckError):
        topic_curve(dialogue(TOMATOES), topic)  # type: ignore[arg-type]  # what a user might pass


def test_the_refusal_of_a_topic_of_grammar_alone_says_what_it_needs() -> None:
    with pytest.raises(CheckError, match="topic must hold a word that says what it is about"):
        topic_curve(dialogue(TOMATOES), "the of and")


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), "high", None])
def test_a_threshold_outside_0_to_1_is_refused(threshold: object) -> None:
    with pytest.raises(CheckError, match="threshold must be a number from 0 to 1"):
        topic_curve(dialogue(TOMATOES), threshold=threshold)  # type: ignore[arg-type]  # what a user might pass


def test_the_threshold_decides() -> None:
    assert stays_on_topic(dialogue(TOMATOES, LOANS), threshold=0.36)
    assert not stays_on_topic(dialogue(TOMATOES), threshold=0.85)


def test_an_excerpt_keeps_its_numbers() -> None:
    whole = dialogue(TOMATOES, LOANS)
    curve = topic_curve(whole[3:24])
    assert [point.number for point in curve.points] == list(range(3, 24))
    assert curve.onset == 13


def test_the_messages_of_one_speaker_are_judged_by_themselves() -> None:
    curve = topic_curve(dialogue(TOMATOES, TOMATOES[3:], LOANS, LOANS[2:]).by("A"))
    assert curve.onset == 23
    assert all(point.number % 2 for point in curve.points)


def test_a_change_of_language_alone_is_no_drift() -> None:
    french = [
        "Pour les tomates, il faut un pot profond et une terre riche, avec du compost pour nourrir les racines.",
        "Le matin est le bon moment pour arroser la terre; les feuilles doivent rester au sec pendant tout l'été.",
        "Si les feuilles sont mouillées, la maladie vient vite, et elle passe de la plante à sa voisine.",
        "Alors je coupe les feuilles du bas, je laisse de la place entre les pots, et j'arrose la terre avec soin.",
        "Et quand les fruits sont rouges, je les cueille avec la main, avant que le froid ne vienne sur le balcon.",
        "Les fruits verts, je les garde dans la maison à côté des pommes, où ils sont rouges en une semaine.",
        "Je vais le faire avec mes tomates, et avec celles de la voisine, qui est en vacances dans le sud.",
        "Elle sera contente de ses tomates, et nous aussi, parce que la récolte est pour tout le monde.",
    ]
    assert stays_on_topic(dialogue(TOMATOES, french))


CHINESE = [
    "我想在阳台上种番茄，应该选择什么品种的番茄？", "阳台种番茄可以选择樱桃番茄，植株矮小，阳台的风不会吹断植株。",
    "樱桃番茄的幼苗需要多大的花盆？", "幼苗先种小花盆，长出四片叶子以后，把番茄移到大花盆。",
    "花盆里面的土壤需要堆肥吗？", "番茄喜欢肥沃的土壤，花盆的土壤混合堆肥最好。",
    "每天给花盆浇水几次？", "早晨给土壤浇水，不要弄湿叶子，番茄的叶子容易生病。",
    "樱桃番茄什么时候成熟？", "夏天番茄成熟变红，阳台的花盆每天浇水。",
]  # fmt: skip
CHINESE_LOANS = [
    "银行给公司提供贷款，贷款利率是浮动利率。", "浮动利率有风险，公司应该要求银行提供固定利率。",
    "固定利率需要抵押，银行要求公司抵押仓库。", "仓库抵押给银行以后，贷款利率降低多少？",
    "抵押仓库，银行把贷款利率降低百分之一。", "公司可以提前偿还贷款吗？银行收取罚金吗？",
    "提前偿还贷款，银行收取罚金百分之一。", "公司应该与银行谈判，取消提前偿还的罚金。",
    "银行同意取消罚金，固定利率贷款，仓库抵押。", "公司签订贷款合同，抵押仓库，固定利率十年。",
]  # fmt: skip


def test_drift_is_found_in_chinese() -> None:
    assert stays_on_topic(dialogue(CHINESE), threshold=0.7)
    assert topic_curve(dialogue(CHINESE, CHINESE_LOANS), threshold=0.6).onset == 11


def test_a_topic_can_be_declared_in_chinese() -> None:
    assert stays_on_topic(dialogue(CHINESE), "阳台种番茄")
    assert not stays_on_topic(dialogue(CHINESE_LOANS), "阳台种番茄")


def shared_first_letters(before: Sequence[str], after: Sequence[str]) -> float:
    """Compare texts by nothing but their first letters."""
    letters = {text[:1] for text in before}
    return sum(text[:1] in letters for text in after) / len(after)


def test_a_users_own_similarity_takes_the_place_of_words() -> None:
    own = [f"{letter}. {text}" for letter, text in zip("aaaaaaaaaaaaxxxxxxxxxxxx", TOMATOES * 2, strict=True)]
    curve = topic_curve(dialogue(own), similarity=shared_first_letters, threshold=0.5)
    assert isinstance(shared_first_letters, Similarity)
    assert curve.onset == 13
    assert curve.points[-1].value == 0.0


def test_a_users_own_similarity_is_asked_about_a_declared_topic() -> None:
    own = ["a " + text for text in TOMATOES]
    assert stays_on_topic(dialogue(own), "anything", similarity=shared_first_letters, threshold=0.5)
    verdict = stays_on_topic(dialogue(own), "nothing", similarity=shared_first_letters, threshold=0.5)
    assert not verdict
    assert verdict.score == 0.0


@pytest.mark.parametrize(
    ("word", "other"),
    [("box", "boxes"), ("walk", "walking"), ("plan", "planned"), ("story", "stories"), ("bake", "baking"),
     ("slow", "slowly"), ("class", "classes"), ("model", "model's"), ("rate", "rates")],
)  # fmt: skip
def test_forms_of_one_word_have_one_stem(word: str, other: str) -> None:
    assert stem(word) == stem(other)


@pytest.mark.parametrize(("word", "other"), [("bus", "bu"), ("bed", "b"), ("this", "thi"), ("king", "k"), ("fly", "f")])
def test_what_only_looks_like_an_ending_stays(word: str, other: str) -> None:
    assert stem(word) != stem(other)


def test_terms_are_told_apart_by_what_they_say() -> None:
    found = terms("I really think that the 12 lighthouses can't be seen today")
    assert found.telling == {"lighthous"}
    assert found.plain == {"think", "12", "seen", "todai"}
    assert found.grammar == {"i", "really", "that", "the", "can't", "be"}


def test_scripts_without_spaces_give_runs_of_characters() -> None:
    assert terms("语言模型").telling == {"语言", "言模", "模型"}
    assert terms("กขคงจ").telling == {"กขคง", "ขคงจ"}
    assert terms("模กขคง").telling == {"กขคง"}


def test_runs_of_characters_that_overlap_count_by_how_many_would_stand_side_by_side() -> None:
    assert [number for _, number in terms("语言模型").scripts] == [2]
    assert [number for _, number in terms("กขคงจ").scripts] == [1]
    assert [number for _, number in terms("bread language rye").scripts] == [3]


def test_only_the_beginning_of_an_endless_message_is_read() -> None:
    assert terms("lighthouse " * READ + "harbour").telling == {"lighthous"}


def test_ten_thousand_messages_and_one_of_a_million_words_are_judged() -> None:
    long = dialogue(TOMATOES, [" ".join(f"x{i}" for i in range(100_000))], [f"Tomato {i} grows." for i in range(2000)])
    assert topic_curve(long).points
    assert topic_curve(long, "tomatoes").points


def test_a_curve_and_a_verdict_survive_pickling() -> None:
    curve, verdict = topic_curve(dialogue(TOMATOES, LOANS)), stays_on_topic(dialogue(TOMATOES, LOANS))
    assert pickle.loads(pickle.dumps(curve)) == curve  # noqa: S301 -- made one line above
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301 -- made one line above


def test_words_come_out_the_same_whatever_the_hash_seed() -> None:
    program = (
        "from dialogue_harness.checks import topic_curve\nfrom dialogue_harness.dialogue import Dialogue\n"
        f"print(topic_curve(Dialogue.from_texts({TOMATOES + LOANS!r})))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_two_stretches_with_nothing_to_compare_count_as_one_topic() -> None:
    assert Words()(["...", "!"], ["?"]) == pytest.approx(0.8)


def test_more_of_the_same_words_speak_more_for_one_topic() -> None:
    once = Words()(["A lighthouse keeper."], ["The lighthouse burns oil."])
    twice = Words()(["A lighthouse keeper.", "Keepers trim it."], ["The lighthouse burns oil.", "A keeper knows."])
    assert twice > once > Words()(["A lighthouse keeper."], ["The furnace burns oil."])


def test_what_counts_is_how_many_terms_stand_between_not_how_many_messages() -> None:
    short, long = TOMATOES[:2], [" ".join(TOMATOES[:2])]
    assert Words()(long, LOANS[:1]) == pytest.approx(Words()(short, LOANS[:1]), abs=0.05)


def test_what_lies_further_off_than_the_largest_scale_is_not_compared() -> None:
    many = " ".join([*TOMATOES, *(f"a{letter}{other}" for letter in ascii_lowercase for other in ascii_lowercase)])
    assert max(SCALES) < len(terms(many).telling)
    assert Words()([*LOANS, many], LOANS) == Words()([many], LOANS)


def test_a_change_of_subject_is_found_whether_messages_are_long_or_short() -> None:
    long = [f"{one} {two}" for part in (TOMATOES, LOANS) for one, two in pairwise(part)]
    assert topic_curve(dialogue(long)).onset == len(TOMATOES)


talks = st.lists(hostile_text() | st.sampled_from([*TOMATOES, *LOANS, *CHINESE, *FAREWELLS[:3]]), max_size=30)


@settings(deadline=None, max_examples=60)
@given(talks, st.none() | st.just("tomatoes"))
def test_no_talk_makes_the_check_raise_and_its_curve_is_in_order(texts: list[str], topic: str | None) -> None:
    curve = topic_curve(Dialogue.from_texts(texts), topic)
    numbers = [point.number for point in curve.points]
    assert numbers == sorted(set(numbers))
    assert all(0 <= point.value <= 1 for point in curve.points)
    assert curve.onset is None or curve.onset in numbers
    assert (curve.onset is None) == (curve.lowest is None or curve.lowest >= THRESHOLD)
    assert curve.returned is None or (curve.onset is not None and curve.returned > curve.onset)
    assert stays_on_topic(Dialogue.from_texts(texts), topic).passed == (curve.onset is None)


@settings(deadline=None, max_examples=30)
@given(talks)
def test_white_space_at_the_ends_changes_nothing(texts: list[str]) -> None:
    padded = [f" \n{text}\t\n" for text in texts]
    assert topic_curve(Dialogue.from_texts(padded)) == topic_curve(Dialogue.from_texts(texts))


@settings(deadline=None, max_examples=30)
@given(talks)
def test_the_same_talk_has_the_same_curve(texts: list[str]) -> None:
    assert topic_curve(Dialogue.from_texts(texts)) == topic_curve(Dialogue.from_texts(texts))


@settings(deadline=None, max_examples=60)
@given(*[st.lists(st.sampled_from(TOMATOES + CHINESE) | hostile_text(), min_size=1, max_size=8)] * 2)
def test_any_two_stretches_of_talk_are_compared_to_a_number_between_0_and_1(one: list[str], two: list[str]) -> None:
    assert 0 < Words()(one, two) < 1


def test_a_stretch_of_talk_has_more_in_common_with_its_own_subject_than_with_another() -> None:
    compare = Words()
    assert compare(TOMATOES[:6], TOMATOES[6:]) > 0.8
    assert compare(TOMATOES[:6], LOANS[6:]) < 0.5


def test_stretches_that_say_nothing_belong_together_by_default() -> None:
    assert Words()(["!"], ["?"]) == 0.8
