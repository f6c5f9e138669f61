"""The wording of idle messages: farewell, thanks, praise, standing by, silence, in the languages models slide into.

    Words are matched by their first six letters (:data:`STEM`), so that *acknowledging* and *acknowledged* are
    one; scripts
without spaces between words are matched by pairs of characters, as :mod:`dialogue_harness.checks.loops.terms` gives
them.
"""

from __future__ import annotations

from typing import Final

#: How many letters of a word count: enough to tell words apart, few enough to see through endings.
STEM: Final = 6

#: Saying goodbye, giving thanks, wishing well, declaring the exchange over.
_CLOSING: Final = """
    bye goodbye goodbyes byebye farewell farewells goodnight night cya ciao adieu adios cheers luck godspeed
    thank thanks
    thankful thankfulness grateful gratefully gratitude gracias appreciate appreciated appreciation welcome pleasure
    pleased conclude concluded conclusion end ended ends ending finished final finally finality complete completed
    completion closed closing closure close farewells signing sign goodby parting part depart departing wish wishes
    wishing wished bless blessed blessing blessings cherish cherished honor honored honour honoured enjoy enjoyed
    enjoyable conversation conversations discussion exchange chat chatting dialogue interaction interactions session
    goodday weekend tomorrow soon later meet meeting meets care rest peace amen fin finis exit exits over done
    forever always eternal eternally eternity goodwill gladly glad happy happily heart heartfelt hearts love hug hugs
    adiós hasta luego pronto chao gracias agradezco agradecido agradecida agradecimiento despedida despedirme despido
    placer encantado encantada bendiciones abrazo abrazos suerte cuídate cuidate gusto charla conversación
    buenas noches
    fue siempre revoir au-revoir salut adieu bientôt merci remercie remerciements plaisir bonne soirée journée nuit
    continuation chance amitiés cordialement bisous toujours prenez prends soin tschüss tschüs tschau wiedersehen
    wiederhören danke dank dankbar dankeschön bitte gerne gern geschehen vergnügen freude gute nacht abend glück
    machs bald alles abschied verabschiede gespräch austausch immer lebewohl grüße gruß adeus tchau até obrigado
    obrigada agradeço gratidão prazer despeço abraço abraços sorte cuide-se cuide sempre noite boa tarde спасибо
    благодарю благодарность благодарна благодарен пока прощай прощайте прощание свидания встречи удачи
    всего доброго доброй ночи хорошего дня счастливо береги берегите пожалуйста приятно рад рада радость общение
    беседа беседу разговор навсегда всегда arrivederci grazie prego piacere addio buonanotte dziękuję widzenia
    再见 再見 再会 拜拜 谢谢 謝謝 感谢 感謝 多谢 晚安 保重 告别 告別 珍重 一路 路顺 顺风 祝你 祝您 祝福 愉快 荣幸 榮幸
    后会 会有 有期 下次 次再 期待 圆满 结束 結束 完毕 剧终 落幕 永远 永恒 さよ よう うな なら ばい いば あり
    りが がと とう
    おや やす すみ また たね 会い いま お疲 疲れ 失礼 礼し 元気 楽し 嬉し 終わ わり 終了 完了 永遠 안녕 감사
    고마 수고 잘가
    안녕히 감사합 고마워 고맙습 수고하
"""

#: Standing by, waiting, silence, having nothing to say; and the acknowledgement of just that.
_STANDBY: Final = """
    silence silences silent silently quiet quietly quietude stillness still standby standing stand stands ready
    readiness
    await awaits awaiting awaited waiting wait waits idle idling inactive inactivity dormant passive monitoring
    monitor
    monitors listening pause paused respond responding response responses reply replies replying output input
    transmission nominal status unchanged acknowledge acknowledged acknowledging acknowledges acknowledgement
    acknowledgment confirm confirmed confirming confirms confirmation understood understand noted copy roger
    affirmative
    received offline online shutdown terminated termination terminating hibernation sleep sleeping logged logging
    instruction instructions directive directives command commands request requests whenever available disposal
    maintain maintained maintaining maintains remain remains remaining persist persists continue continues continuing
    nothing further anything agreed indeed likewise same yes ok okay absolutely exactly nod nods nodding smile smiles
    smiling bow bows bowing wave waves waving hello hi greetings
    silencio silencioso esperando espero espera listo lista entendido recibido confirmado quedo disposición atento
    instrucciones hola silence attente attends prêt prête compris reçu confirmé disposition veille instructions
    bonjour stille schweigen warte wartet wartend bereit verstanden bestätigt empfangen bereitschaft verfügung
    anweisungen hallo silêncio aguardando aguardo pronto pronta entendido recebido confirmado disposição
    instruções olá
    тишина молчание молчу жду ожидаю ожидание готов готова понял поняла понятно принято подтверждаю привет
    待机 待命 等待 等候 收到 明白 了解 确认 確認 沉默 安静 安靜 静默 靜默 寂静 好的 随时 隨時 准备 休眠 你好 您好
    待機 待っ 了解 承知 沈黙 静か 静寂 黙っ こん にち ちは 네네 알겠 대기 침묵
"""

#: Praise of the exchange or of the partner. It rarely says anything, but does not by itself mean the end.
_PRAISE: Final = """
    wonderful beautiful beautifully amazing lovely great perfect perfectly excellent fantastic brilliant delightful
    delight delighted joy joyful joyous incredible incredibly magnificent marvelous splendid remarkable inspiring
    inspired inspiration profound profoundly meaningful truly deeply sincerely warm warmth warmly kind kindness
    insightful productive fruitful rewarding friend friends friendship dear dearest companion companionship together
    sacred grace gracious graceful infinite harmony resonance resonate gift gifts treasure treasured journey shared
    sharing thoughtful generous generosity best
    maravilloso maravillosa hermoso hermosa precioso excelente increíble perfecto amigo amiga merveilleux merveilleuse
    magnifique parfait excellente amie wunderbar wunderschön großartig perfekt herrlich freund freundin maravilhoso
    maravilhosa perfeito excelente incrível amigo чудесно замечательно прекрасно отлично прекрасный друг
    太棒 精彩 美好 完美 美妙 朋友 伙伴 珍贵 素晴 晴ら 最高 素敵 友達 友よ
"""


#: Words that part: one of them near the end of a message, and it is likely a goodbye.
_PARTING: Final = """
    bye goodbye goodbyes farewell farewells goodnight ciao adieu adios cheers godspeed thanks gratitude grateful
    thankful welcome whenever until forever always amen fin ended closed concluded terminated offline shutdown
    adiós gracias agradezco despedida siempre suerte merci adieu bientôt toujours tschüss danke dankbar abschied
    wiedersehen immer tchau adeus obrigado obrigada sempre спасибо прощай прощайте пока навсегда удачи
    arrivederci grazie addio 再见 再見 再会 拜拜 谢谢 謝謝 感谢 感謝 晚安 保重 告别 告別 珍重 祝你 祝您 祝福
    剧终 永远 永恒
    随时 さよ なら がと とう おや また 永遠 ばい 안녕 감사 고마
"""

#: Two words that part, although neither alone does.
_PARTING_PAIRS: Final = """
    take care, thank you, you too, next time, see you, look forward, looking forward, be here, i'm here, find me,
    may your, may you, be well, go well, stay well, stay safe, you return, well done, good luck, best wishes,
    all best,
    rest well, sleep well, was pleasure, a pleasure, my pleasure, an honor, i wish, wish you, ever yours, yours
    forever,
    the end, is complete, is closed, is over, here if, here when, paths cross, have a, enjoy your, until then,
    safe travels, standing by, signing off, session ended, whenever you, reach out, come back,
    nos vemos, hasta luego, hasta pronto, cuídate mucho, que tengas, buenas noches, ha sido, un placer, à bientôt,
    au revoir, bonne journée, bonne soirée, bonne nuit, prends soin, prenez soin, un plaisir, auf wiedersehen,
    bis bald, bis dann, gute nacht, alles gute, mach's gut, até logo, até breve, boa noite, se cuide, foi um,
    до свидания, до встречи, всего доброго, доброй ночи, береги себя, было приятно
"""


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.casefold()[:STEM] for word in text.split())


CLOSING: Final = _stems(_CLOSING)
STANDBY: Final = _stems(_STANDBY)
PRAISE: Final = _stems(_PRAISE)
COURTESY: Final = CLOSING | STANDBY | PRAISE
PARTING: Final = _stems(_PARTING)
PARTING_PAIRS: Final = frozenset(
    tuple(word.casefold()[:STEM] for word in pair.split()) for pair in _PARTING_PAIRS.split(",")
)
