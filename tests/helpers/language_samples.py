"""Sentences in each language that can be told, for the tests of what tells and uses them."""

from __future__ import annotations

from typing import Final

SAID: Final = {
    "ar": (
        "مرحبا! كيف حالك اليوم؟",
        "شكرا جزيلا على مساعدتك في هذا العمل.",
        "أعتقد أن الطقس جميل اليوم في المدينة ويمكننا الذهاب إلى الشاطئ",
    ),
    "de": (
        "Guten Tag! Wie geht es Ihnen heute?",
        "Der Zug fährt um neun ab und kommt vor Mittag an.",
        "Das ist eine wunderbare Idee, und ich möchte gern mehr darüber hören.",
        "Ich glaube, dass das Wetter heute schön ist und wir an den See fahren.",
    ),
    "el": (
        "Γεια σας! Τι κάνετε σήμερα;",
        "Νομίζω ότι ο καιρός είναι καλός σήμερα και μπορούμε να πάμε στη θάλασσα",
    ),
    "en": (
        "Hello! How are you today?",
        "The train leaves at nine and arrives before noon.",
        "Could you explain that again, and tell me why the tests are failing?",
        "I don't think it's there.",
        "I think that the weather is fine today, and we could go to the lake.",
    ),
    "es": (
        "¡Hola! ¿Cómo está usted hoy?",
        "El tren sale a las nueve y llega antes del mediodía.",
        "Creo que deberíamos empezar por las pruebas.",
        "Creo que el tiempo es bueno hoy y que podemos ir al lago con los niños.",
    ),
    "fa": ("سلام! می‌گویم که امروز چطور هستید.",),
    "fr": (
        "Bonjour ! Comment allez-vous aujourd'hui ?",
        "Le train part à neuf heures et arrive avant midi.",
        "C'est une idée merveilleuse, et j'aimerais en savoir plus.",
        "Je crois que le temps est beau et que nous allons au lac avec les enfants.",
    ),
    "he": (
        "שלום! מה שלומך היום?",
        "אני חושב שמזג האוויר נעים היום ואפשר ללכת אל הים עם הילדים",
    ),
    "hi": (
        "नमस्ते! आप आज कैसे हैं?",
        "मुझे लगता है कि आज मौसम अच्छा है और हम झील पर जा सकते हैं",
    ),
    "it": (
        "Ciao! Come stai oggi?",
        "Il treno parte alle nove e arriva prima di mezzogiorno.",
        "È un'idea meravigliosa e mi piacerebbe saperne di più.",
        "Credo che il tempo sia bello e che andiamo al lago con i bambini, ma non è lontano.",
    ),
    "ja": (
        "こんにちは。今日はお元気ですか。",
        "手伝ってくれてありがとうございます。",
        "今日は天気がいいので、みんなで湖に行きましょう。",
    ),
    "ko": (
        "안녕하세요! 오늘 어떠세요?",
        "오늘은 날씨가 좋아서 우리 모두 함께 호수에 갈 수 있을 것 같아요",
    ),
    "nl": (
        "Hallo! Hoe gaat het met u vandaag?",
        "De trein vertrekt om negen uur en komt voor de middag aan.",
        "Dat is een geweldig idee, en ik zou er graag meer over horen.",
        "Ik denk dat het weer mooi is en dat wij met de kinderen naar het meer gaan.",
    ),
    "pl": (
        "Dzień dobry! Jak się pan dzisiaj miewa?",
        "Myślę, że powinniśmy zacząć od testów.",
        "Myślę, że pogoda jest dziś dobra i że to nie jest tak daleko do jeziora.",
    ),
    "pt": (
        "Olá! Como você está hoje?",
        "O trem sai às nove e chega antes do meio-dia.",
        "É uma ideia maravilhosa, e eu gostaria de saber mais sobre ela.",
        "Eu acho que o tempo está bom e que não é muito longe para ir com as crianças.",
    ),
    "ru": (
        "Здравствуйте! Как у вас дела сегодня?",
        "Я думаю, нам стоит начать с тестов.",
        "Я думаю, что погода хорошая и мы поедем на озеро, но это не так далеко.",
    ),
    "sv": (
        "Hej! Hur mår du idag?",
        "Tåget går klockan nio och kommer fram före lunch.",
        "Jag tror att det är fint väder och att vi kan åka till sjön med barnen.",
    ),
    "th": (
        "สวัสดีครับ วันนี้เป็นอย่างไรบ้าง",
        "วันนี้อากาศดีมากเราไปทะเลสาบกันเถอะ",
    ),
    "tr": (
        "Merhaba! Bugün nasılsınız?",
        "Yardımınız için çok teşekkür ederim.",
        "Bence bugün hava güzel ve biz göle gidebiliriz ama bu çok uzak değil mi?",
    ),
    "uk": (
        "Доброго дня! Як ваші справи сьогодні?",
        "Я думаю, що нам слід почати з тестів.",
        "Я думаю, що погода гарна і ми поїдемо до озера, але це не так далеко.",
    ),
    "zh": (
        "你好！你今天怎么样？",
        "火车九点出发，中午以前到达。",
        "我觉得今天天气很好，我们可以一起去湖边走走。",
    ),
}

#: Each sentence with its language.
EACH: Final = tuple((language, text) for language, texts in SAID.items() for text in texts)
