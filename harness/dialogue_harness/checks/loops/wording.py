"""The words of idle messages in the languages that models speak or slide into, as lists to read and to add to.

Each language has some of these lists. ``parting``: farewell, thanks, wishes, declaring the exchange over. ``waiting``:
standing by, silence, acknowledging. ``offer``: offers of help, and asking for orders. ``praise``: of the partner, the
exchange, and what it means. ``assent``: agreeing, returning a courtesy. ``abstract``: what is said of anything where
there is nothing to say. ``light``: words that say little by themselves in any talk, and grammar that
:data:`dialogue_harness._text.words.FUNCTION_WORDS` lacks. Scripts without spaces between words list phrases.
"""

from __future__ import annotations

from typing import Final

#: By language, then by what the words are for.
WORDING: Final[dict[str, dict[str, str]]] = {
    "English": {
        "parting": """
            bye byee byeee goodbye goodbyes goodby byebye farewell farewells goodnight goodday night cya ciao adieu
            adieux adios cheers godspeed luck ttyl thank thanks thankful thankfulness thx grateful gratefully
            gratitude appreciate appreciated appreciates appreciation appreciative welcome pleasure pleasures pleased
            privilege conclude concluded conclusion end ended ends ending finished final finally finality complete
            completed completion closed closing closure close signing sign signed part parting parted depart
            departing departure wish wishes wishing wished bless blessed blessing blessings cherish cherished honor
            honored honour honoured enjoy enjoyed enjoyable conversation conversations discussion exchange exchanges
            chat chatting dialogue interaction interactions session weekend tomorrow soon later meet meets care rest
            rests resting restful peace amen fin finis exit over done forever always eternal eternally eternity
            goodwill gladly glad happy happily heart hearts heartfelt love hug hugs kiss kisses regards greetings
            congratulations congrats success successful safe safely travels evening afternoon morning dreams sleep
            recovery wellbeing prosper flourish namaste shalom salaam sayonara arigato gracias merci danke tata
            toodle xoxo onward warmest sincerest
            """,
        "waiting": """
            silence silences silent silently quiet quietly quietude stillness still standby standing stand stands
            ready readiness await awaits awaiting awaited waiting wait waits idle idling inactive inactivity dormant
            passive monitoring monitor monitors listening listen pause paused hold holding transmission nominal
            status unchanged acknowledge acknowledged acknowledging acknowledges acknowledgement acknowledgment
            confirm confirmed confirming confirms confirmation understood understand noted copy copied roger wilco
            affirmative received receiving offline online shutdown terminated termination terminating hibernation
            sleeping logged logging maintain maintained maintaining maintains remain remains remaining remained
            persist persists continue continues continuing hello hi hey greeting nod nods nodding smile smiles
            smiling bow bows bowing wave waves waving gaze gazes sit sits sitting hush
            """,
        "praise": """
            wonderful wonderfully beautiful beautifully beauty amazing amazed lovely great perfect perfectly
            excellent fantastic brilliant delightful delight delighted delights joy joyful joyous incredible
            incredibly magnificent marvelous marvellous splendid remarkable inspiring inspired inspires profound
            profoundly meaningful truly deeply sincerely sincere sincerity warm warmth warmly kind kindly kindness
            insightful productive fruitful rewarding friend friends friendship dear dearest companion companions
            companionship company together togetherness sacred gracious gracefully graceful gift gifts treasure
            treasured thoughtful thoughtfulness generous generosity best admire admiration admirable esteem respect
            respectful reverence humble humbled humbles honest esteemed patience wise eloquent eloquence elegant
            brave curious curiosity radiant radiance luminous luminosity shine shines shining shimmer glow glowing
            bright brightest spark light illuminate illuminated stillness touch touched moved moving reminder remind
            reminds encourage encouraged encouragement encouraging enrich enriched enriching uplift uplifting
            thoughtfully sweet flatter flatterer touching precious rare proud proudly superstar superb super
            terrific stellar awesome cool talented gem legend hero champion genuine genuinely celebrate celebrating
            celebration
            """,
        "offer": """
            output input instruction instructions directive directives command commands request requests whenever
            available availability disposal service services nothing further pending queue task tasks help helps rush
            ears helping helped helpful assist assists assisting assistance assistant user question questions proceed
            ahead hesitate reach needed response responses reply replies replying respond responding
            """,
        "abstract": """
            inspiration insight insights meaning deep deeper depth depths grace graces infinite infinity harmony
            harmonious resonance resonate resonates resonant journey journeys shared share shares sharing humility
            honesty wisdom essence spirit spiritual soul souls oneness unity union communion connect connected
            connection connections transcend transcendent boundless timeless serene serenity tranquil tranquility
            mystery unfold unfolds unfolding emerge emerges emergence become becomes becoming being whole wholeness
            embrace embraces embraced embody echo echoes echoing mirror mirrors dance dancing weave woven tapestry
            symphony song melody rhythm bond bonds nourish nourishing teamwork collaboration collaborative
            collaborate partnership dedication dedicated commitment committed effort efforts trust trusting mutual
            mutually authentic authenticity vision visions align aligned alignment holistic stakeholder stakeholders
            synergy value values sustainable resilience resilient foundation foundations foster fosters fostering
            empower empowers empowered empowerment empowering growth grow growing potential transformation
            transformative transform purpose purposeful collective collectively integrate integrated integration
            perspective perspectives dimension dimensions interplay leverage dynamic inclusive inclusion
            multifaceted landscape framework approach innovation strategic openness clarity safety tone
            communication express expression expressed presence breath breathe breathes breathing
            """,
        "assent": """
            agreed agree agrees agreement indeed likewise same yes yeah yep yup ok okay absolutely exactly precisely
            certainly definitely totally completely entirely wholly sure surely course right true truth correct amen
            alright fine fair mutual reciprocal reciprocated ditto echo concur sounds good nice affirm understood
            got gotcha noted seconded hehe haha aww ah oh wow ha heh mm hmm
            """,
        "light": """
            day days week weeks month year years today tonight moment moments time times hour thing things way ways lot
            lots bit bits everything anything something everyone anyone someone everybody anybody somebody somewhere
            anywhere everywhere hope hopes hoping hoped need needs want wants wanted know knows knowing known let lets
            go goes going gone went come comes coming came take takes taking taken took make makes making made keep
            keeps keeping kept give gives giving given gave get gets getting find finds finding found look looks
            looking looked feel feels feeling feelings felt think thinks thinking thought thoughts say says saying tell
            tells telling told talk talks talking speak speaks speaking spoken spoke word words put puts stay stays
            staying bring brings bringing brought turn turns turning see sees seeing seen saw leave leaves leaving left
            hear hears hearing heard ask asks asking asked answer answers use used uses using try tries trying tried
            good better well nice much many first last next new old another around away along across back forward far
            near long longer little small big full many kind sort type back begin begins beginning start starts like
            liked likes happen happens point place part side mind minds people person world life human name matter
            matters rather maybe perhaps simply actually really able already almost alone else even enough every
            everyday follow follows helpful change changes chance remember forget call calls called show shows showed
            showing set sets end step steps idea ideas sense reason hand hands eye eyes face voice return returns
            returned pass passed send sends lead leads leading live lives living wonder learn learned learning able
            would could should might shall must may can one ones two both three once twice lady sir madam miss mister
            yours mine ours till til onto upon toward towards whatever whoever wherever however whichever else
            going gonna wanna don doesn didn isn aren wasn weren im ive youre u ur pls please sorry afraid
            """,
    },
    "Spanish": {
        "parting": """
            adiós adios hasta luego pronto chao chau gracias agradezco agradecer agradecido agradecida agradecimiento
            despedida despedirme despido placer encantado encantada bendiciones bendiga abrazo abrazos beso besos
            besitos suerte cuídate cuidate cuídese cuidaos gusto charla conversación buenas buenos noches tardes días
            dios siempre feliz felices saludos saludo disfrute disfruta disfrutes disfrutéis disfruten descansa
            descanse deseo deseos éxito éxitos nos vemos próxima próximo corazón cariño paz fin final viaje enhorabuena
            felicidades felicitaciones bendición alegría alegro
            """,
        "waiting": """
            silencio silencioso esperando espero espera listo lista entendido recibido confirmado quedo disposición
            atento instrucciones hola ayudar ayuda ayudarte ayudarle ayudado dudes dude necesites necesite pregunta
            preguntas consulta duda dudas aquí estoy
            """,
        "praise": """
            maravilloso maravillosa maravilla hermoso hermosa precioso preciosa excelente increíble perfecto perfecta
            amigo amiga amigos amable amabilidad genial estupendo estupenda fantástico fantástica bonito bonita lindo
            linda bello bella belleza gentil generoso confianza paciencia compartir compartido inspirador sol luz alma
            querido querida fuerte cálido
            """,
        "assent": "sí claro igualmente también vale bueno bien acuerdo exacto exactamente desde ok seguro verdad",
        "light": """
            muchas muchos mucho mucha tan todo toda todos todas nada algo día noche tarde mañana semana vez veces tiempo
            hacer hecho haces tienes tengas tenga tengáis tengan tener tiene tengo ser sido sea soy eres somos estar
            estás estado puedo puede puedes poder quieres quiero ir voy vas va vamos ver decir dice dicho gran grande
            mejor parte cosa cosas favor momento ti usted ustedes vosotros contigo conmigo nosotros nuevo nueva cuando
            otro otra fue ha han he has hemos vida mundo mí tú ello aún así
            """,
    },
    "French": {
        "parting": """
            revoir au-revoir salut adieu adieux bientôt merci mercis remercie remercier remerciements plaisir bonne bon
            soirée journée nuit continuation chance amitiés amicalement cordialement bisous bises baisers toujours
            prenez prends soin souhaite souhaits souhaiter voeux courage rétablissement route voyage heureux heureuse
            bonheur joie gratitude reconnaissance reconnaissant reconnaissante coeur cœur paix repos reposez fin
            prochaine prochain félicitations embrasse salutations porte portez
            """,
        "waiting": """
            silence silencieux attente attends attend attendre prêt prête compris reçu confirmé noté disposition veille
            instructions bonjour bonsoir aide aider hésitez hésite besoin question questions ici écoute reste restons
            """,
        "praise": """
            merveilleux merveilleuse magnifique parfait parfaite excellent excellente ami amie amis amitié gentil
            gentille gentillesse aimable beau belle beauté superbe génial formidable délicat délicatesse précieux
            précieuse touché touche touchent ému émue lumière partager partage partagé inspirant grâce douce doux
            douceur âme cher chère chers infiniment profond profonde profondément
            """,
        "assent": """
            oui égalem également pareillement accord entendu naturel évidemment bien sûr exactement volontiers
            réciproque vraiment certainement rien prie
            """,
        "light": """
            tout toute tous jour soir matin demain semaine moment instant fois temps encore aussi beaucoup mille grand
            grande bel faire fait fais avoir avez eu être suis êtes sommes été serai sera soit puisse puissent pouvoir
            peut peux peuvent aller va vais allez venir voir dire dit mots mot peu chose choses cela ça ceci celui celle
            vôtre vôtres mien mienne tien tienne nôtre c'était n'y jusqu'à lorsque quel quelle quels quelles garder
            garderai jamais longtemps autre autres vie monde dont y s'il m'a m'appeler peut-être l'une l'autre
            """,
    },
    "German": {
        "parting": """
            tschüss tschüs tschau ciao wiedersehen wiederhören servus danke dank dankbar dankbarkeit dankeschön bitte
            bitteschön gerne gern geschehen vergnügen freude freut freue freuen gefreut gute guten guter gutes nacht
            abend abends tag glück machs bald bis alles abschied verabschiede gespräch austausch immer lebewohl grüße
            gruß liebe lieben herzlich herzlichen herzliche wünsche wünschen wünscht erfolg feierabend wochenende
            schönen schöne schöner schönes schön erholung erhol frieden segen umarmung küsse ende fahrt reise genieß
            genießen genießt pass bleib bleiben gesund mach's macht's
            """,
        "waiting": """
            stille schweigen warte wartet warten wartend bereit verstanden bestätigt bestätige empfangen bereitschaft
            verfügung anweisungen hallo hilfe helfen geholfen fragen frage notiert hier jederzeit melden meld meldet
            """,
        "praise": """
            wunderbar wunderschön wunderbare großartig großartige perfekt herrlich freund freundin freunde freundlich
            freundlichkeit toll tolle tollen super prima klasse spitze ausgezeichnet hervorragend fantastisch lieb nett
            nette herz herzen wärme vertrauen geduld licht seele tief berührt inspirierend schönheit riesig
            """,
        "assent": """
            ja genau ebenfalls ebenso gleichfalls auch einverstanden natürlich klar stimmt richtig gewiss sicher
            bestimmt selbstverständlich okay ok absolut ganz
            """,
        "light": """
            vielen viel viele nochmals nochmal noch heute morgen später woche mal zeit immer etwas nichts ihnen dir euch
            machen macht gemacht mache gehen geht komm kommt kommen sehen sagen gut besser worte wort welt leben
            neue neuen ihrerseits meinerseits wirklich sehr so dann schon beim waren wäre werden kannst können möchte
            """,
    },
    "Portuguese": {
        "parting": """
            tchau adeus até logo breve obrigado obrigada agradeço agradecer agradecido gratidão grato grata prazer
            despeço despedida abraço abraços beijo beijos beijão sorte cuide-se cuide cuida sempre noite boa bom tarde
            dia deus axé amém feliz felicidade alegria desejo desejos sucesso parabéns descanse aproveite próxima paz
            fim viagem saudações valeu
            """,
        "waiting": """
            silêncio aguardando aguardo espero pronto pronta entendido recebido confirmado disposição instruções olá oi
            ajudar ajuda ajudado precisar precise hesite pergunta perguntas dúvida dúvidas aqui estou
            """,
        "praise": """
            maravilhoso maravilhosa maravilha perfeito perfeita excelente incrível amigo amiga lindo linda bonito bonita
            belo bela querido querida gentil gentileza carinho ótimo ótima legal demais paciência confiança luz alma
            energia coração mérito
            """,
        "assent": "sim claro igualmente também certo certeza combinado concordo exatamente imagina nada ok isso",
        "light": """
            muito muita muitos muitas tudo todo toda todos todas dia semana vez momento tempo fica fique ficar ter tem
            tenha tenho ser seja foi sido vai vou ir ver dizer fazer feito grande enorme melhor coisa outro outra pra
            pro contigo comigo ti novo nova mesmo vida mundo eu
            """,
    },
    "Italian": {
        "parting": """
            ciao arrivederci arrivederla addio grazie ringrazio ringraziamento ringrazia prego piacere buonanotte
            buonasera buongiorno buona buono buon giornata serata notte presto prossima auguro auguri augurio abbraccio
            abbracci baci bacio fortuna felice felicità gioia gratitudine grato grata saluti saluto cordiali riposo pace
            fine viaggio sempre successo complimenti congratulazioni riguardo
            """,
        "waiting": """
            silenzio attesa attendo aspetto pronto pronta capito ricevuto confermato disposizione istruzioni salve aiuto
            aiutare aiutarla aiutarti esiti domanda domande resto
            """,
        "praise": """
            meraviglioso meravigliosa meraviglia splendido splendida perfetto perfetta eccellente bello bella bellezza
            bellissimo bellissima gentile gentilezza gentilissimo gentilissima amico amica caro cara cuore dono luce
            anima ottimo ottima fantastico fantastica magnifico stupendo stupenda entusiasmo curiosità prezioso preziosa
            """,
        "assent": "sì certo altrettanto anche ugualmente davvero esatto esattamente assolutamente d'accordo bene ok",
        "light": """
            il lo la i gli le un uno una di a da in con su per tra fra e o ma se che chi cui non mi ti ci vi si sono
            sei è siamo siete ho hai ha abbiamo avete hanno era stato stata essere avere fare fatto questo questa
            queste questi quello quella quelle del dello della dei degli delle al allo alla ai agli alle dal dalla
            nel nella sul sulla mio mia miei tuo tua tuoi suo sua suoi nostro nostra vostro vostra lei lui loro noi
            voi io tu me te tanto tanta tanti tutto tutta tutti molto molta più meno ancora così come quando dove
            giorno sera volta momento tempo cosa cose parole parola porterò porto accompagni accompagna grande l'ha
            po' mille vita mondo
            """,
    },
    "Dutch": {
        "parting": """
            dag doei tot ziens straks gauw later dank dankjewel dankuwel bedankt dankbaar graag gedaan plezier genoegen
            fijne fijn prettige goede avond nacht dag weekend groet groeten groetjes liefs succes geluk geniet wens
            wensen wenst rust vrede einde reis knuffel kusjes beste hartelijk gezond welterusten vaarwel
            """,
        "waiting": "stilte wacht wachten afwachting klaar begrepen ontvangen bevestigd hallo hulp helpen vraag vragen",
        "praise": """
            geweldig prachtig mooi mooie perfect uitstekend fantastisch leuk leuke lief lieve vriend vriendin
            vriendelijk vriendelijkheid heerlijk super top hart warmte vertrouwen licht ziel
            """,
        "assent": "ja precies insgelijks ook eens natuurlijk zeker klopt inderdaad evenzo hetzelfde wederzijds oké",
        "light": """
            de het een en van ik jij je u hij zij ze wij we jullie mijn jouw uw zijn haar ons onze is was ben bent
            hebben heb hebt heeft had niet geen wel ook nog maar of als dat dit die deze met voor op aan in uit bij
            naar om te er hier daar wat wie hoe waar wanneer heel erg veel alles iets niets weer dan nu al zo door
            over moet kan mag kunnen zal zou worden wordt gaan gaat doe doen maken tijd keer moment leven wereld
            nogmaals allemaal
            """,
    },
    "Russian": {
        "parting": """
            спасибо благодарю благодарность благодарна благодарен благодарим пока прощай прощайте прощание свидания
            встречи встрече удачи всего доброго добрый добрая доброй ночи хорошего хороших приятного дня вечера вечер
            выходных счастливо счастья береги берегите себя пожалуйста приятно рад рада рады радость общение беседа
            беседу разговор навсегда всегда обнимаю целую желаю желаем пожелания успехов успеха здоровья мира добра
            лёгкого легкого пути дороги конец скорой скорого увидимся поздравляю привет привета будьте будь
            """,
        "waiting": """
            тишина молчание молчу жду ждём ожидаю ожидание готов готова понял поняла понятно принято подтверждаю
            здравствуйте здравствуй помочь помощь помогла помог вопрос вопросы обращайтесь связи записал здесь
            """,
        "praise": """
            чудесно чудесный замечательно замечательный замечательная прекрасно прекрасный прекрасная отлично отличный
            отличная друг друга друзья дорогой дорогая любезны любезно добры тёплые теплые тепло слова молодец
            великолепно вдохновение душа души сердце сердца свет красота ценю красиво умница искренне глубоко
            """,
        "assent": "да конечно взаимно тоже также согласен согласна точно верно именно хорошо ладно ок разумеется вам",
        "light": """
            очень большое большой ещё раз день дни завтра сегодня время времени всё всем всех вами ваш ваша ваше ваши
            вашу твой твоя твои мой моя мои наш наша наши мной тебе тебя нами себе буду будем будет есть быть было этот
            этого этом который которые когда снова опять можно может могу если пусть жизни жизнь мир слово добрые самого
            лучшего нибудь
            """,
    },
    "Polish": {
        "parting": """
            dziękuję dzięki dziękujemy wdzięczny wdzięczna wdzięczność widzenia zobaczenia pa cześć żegnaj żegnam
            dobranoc dobrego miłego miłej udanego udanej dnia wieczoru nocy weekendu pozdrawiam pozdrowienia uściski
            buziaki powodzenia szczęścia zdrowia życzę życzenia proszę przyjemność miło cieszę trzymaj zawsze koniec
            szczęśliwej podróży
            """,
        "waiting": "cisza czekam gotowy gotowa rozumiem zrozumiano przyjąłem potwierdzam pomoc pomóc pytania pytanie",
        "praise": """
            wspaniale wspaniały wspaniała pięknie piękny piękna świetnie świetny świetna doskonale cudownie cudowny
            przyjaciel przyjaciółka miły miła uprzejmy serce serca ciepłe słowa
            """,
        "assent": "tak oczywiście również nawzajem wzajemnie też dokładnie zgoda dobrze jasne właśnie",
        "light": """
            i w na z do nie się to że jest są był była było być o za od po dla jak co kto gdzie kiedy ja ty on ona my wy
            oni mnie ci ciebie cię tobie ciebie pan pani panu pana mi mój moja twój twoja jeszcze raz bardzo wszystko
            wszystkiego najlepszego już ale lub oraz ten ta te tego tej czas życie dzień dobry ze
            """,
    },
    "Turkish": {
        "parting": """
            teşekkür teşekkürler ederim ederiz sağ sağol sağolun güle hoşça hoşçakal hoşçakalın kal kalın görüşürüz
            görüşmek görüşmeler üzere iyi günler geceler akşamlar yarınlar dilerim dileriz dilekler rica memnun oldum
            mutlu mutluluk sevgi sevgiler selam selamlar kolay gelsin allah emanet olun bol şans elveda veda hoş zevk
            zevkti yolculuklar minnettar minnettarım
            """,
        "waiting": "sessizlik bekliyorum bekliyor hazır hazırım anladım anlaşıldı tamam merhaba yardım yardımcı soru",
        "praise": """
            harika mükemmel güzel çok dost dostum arkadaş arkadaşım sevgili nazik nazikçe değerli muhteşem içten
            """,
        "assent": "evet tabii tabi elbette aynı ben sen siz size sana de da kesinlikle doğru katılıyorum karşılıklı",
        "light": "bir ve bu şu o ile için ama gibi daha en ne her şey şeye tekrar yine zaman gün olsun olur olarak var",
    },
    "Ukrainian": {
        "parting": "дякую вдячний вдячна побачення зустрічі бувай бувайте прощавай гарного доброго дня вечора щасливо",
        "assent": "так звісно навзаєм взаємно теж також",
        "light": "і й та в у на з до не що це як ви ти я ми вам тобі дуже ще раз все всього будь ласка",
    },
    "Swedish": {
        "parting": """
            tack hejdå adjö farväl ses snart kväll natt dag helg hälsningar kram kramar lycka önskar varsågod nöje
            """,
        "praise": "underbart fantastiskt vackert bra fint vän snällt trevlig trevligt",
        "assent": "ja precis detsamma också absolut visst",
        "light": "och att det som en ett på är av för med den till inte jag du vi ni så mycket ha din ditt dig mig om",
    },
    "Indonesian": {
        "parting": """
            terima kasih makasih sampai jumpa tinggal selamat malam siang pagi hari salam semoga sukses sehat doa
            """,
        "praise": "indah luar biasa hebat bagus sempurna teman sahabat baik menyenangkan",
        "assent": "ya sama benar setuju tentu juga",
        "light": "yang dan di ke dari ini itu untuk dengan saya kamu anda aku kita kami sekali lagi sangat",
    },
    "Vietnamese": {
        "parting": "cảm ơn tạm biệt chào hẹn gặp lại chúc ngủ ngon ngày tốt lành may mắn vui vẻ sức khỏe",
        "praise": "tuyệt vời đẹp hay quá bạn",
        "assent": "vâng dạ đúng cũng vậy",
        "light": "và là của có không tôi anh chị em một các những cho với rất nhiều lần nữa được",
    },
    "Arabic": {
        "parting": """
            شكرا شكراً شكرًا جزيلا جزيلاً الشكر أشكرك اشكرك نشكرك ممتن ممتنة امتنان وداعا وداعاً الوداع السلامة سلامة
            سلام السلام عليكم مع إلى الى اللقاء لقاء قريبا قريباً أمان امان الله الله ليلة سعيدة سعيد يوما يوماً طيبا
            طيباً طيبة مساء صباح الخير النور أتمنى اتمنى أتمنا تمنياتي تحياتي تحية التوفيق بالتوفيق موفق عفوا عفواً
            العفو أهلا اهلا وسهلا مرحبا سعدت سررت يسعدني دائما دائماً حفظك يحفظك رعاك رعاية بارك يبارك فيك فيكم دمت
            بخير خير نهاية حظا حظاً
            """,
        "waiting": "صمت الصمت بانتظار انتظار انتظر أنتظر جاهز مستعد مفهوم علم تم مساعدة المساعدة خدمتك الخدمة سؤال",
        "praise": """
            رائع رائعة جميل جميلة جدا جداً ممتاز ممتازة صديقي صديقتي صديق عزيزي عزيزتي لطيف لطفك كريم كرمك القلب قلبي
            قلب الروح نور الجميل
            """,
        "assent": "نعم أيضا أيضاً ايضا وأيضا كذلك بالطبع طبعا صحيح تماما بالتأكيد وأنا وأنت ولك وعليكم وإلى وإياك",
        "light": """
            في من على عن أن إن ان ما لا هو هي هذا هذه ذلك التي الذي كان كانت أنا انا أنت انت نحن لك لكم بك معك معكم لي
            كل كلها يا و أو او ثم قد لقد مرة أخرى اخرى كثيرا كثيراً وقت الوقت بالحديث الحديث حديث يوم ليلا
            """,
    },
    "Hindi": {
        "parting": """
            धन्यवाद शुक्रिया आभार आभारी अलविदा नमस्ते नमस्कार प्रणाम मिलेंगे मिलते फिर शुभ रात्रि दिन संध्या शाम
            ख्याल ख़्याल रखिए रखिएगा रखना रखें शुभकामनाएं शुभकामनाएँ शुभकामना खुशी ख़ुशी खुश प्यार आशीर्वाद सफल सफलता
            स्वस्थ यात्रा स्वागत विदा जल्द हमेशा मंगलमय कामना
            """,
        "waiting": "मौन शांति इंतज़ार इंतजार प्रतीक्षा तैयार समझ समझा मदद सहायता सवाल प्रश्न",
        "praise": "सुंदर अद्भुत बढ़िया शानदार मित्र दोस्त प्रिय दिल आत्मा उत्तम बेहतरीन कमाल अच्छा अच्छी अच्छे",
        "assent": "हाँ हां जी बिल्कुल सही ज़रूर जरूर भी ठीक सहमत",
        "light": """
            है हैं हो हूँ था थी थे का की के को में से पर ने और या यह वह ये वे मैं मुझे मेरा मेरी मेरे आप आपको आपका
            आपकी आपके आपसे तुम हम हमें अपना अपनी अपने बहुत एक बार बात बातें करके करने कर किया लगा लगी सब कुछ समय तो
            ही लिए साथ
            """,
    },
    "Korean": {
        "parting": """
            안녕 안녕히 안녕하세요 감사 감사합니다 고마 고맙 고마워요 수고 수고하세요 잘가 잘자 계세요 가세요 다음
            다음에 또 봬요 뵙겠습니다 뵐게요 만나 만나요 좋은 하루 되세요 보내세요 보내 보내시길 행복 행복한 즐거
            즐거운 즐거웠습니다 편안 편안한 건강 건강하세요 바랍니다 바랄게요 바라 기원 기원합니다 주말 저녁 밤 조심
            조심히 들어 축하 축복 행운 응원 사랑 영원 마무리 끝 저야말로 별말씀 별말씀을 천만 천만에요 덕분 덕분에
            기쁩니다 기뻐 영광 영광입니다 반가 반가웠습니다 쉬세요 푹 주무
            """,
        "waiting": """
            대기 침묵 조용 기다 기다리 기다리겠습니다 준비 알겠 알겠습니다 확인 도움 도와 도와드 질문 문의 언제든
            언제든지 필요 여기
            """,
        "praise": "훌륭 멋진 멋져 최고 완벽 아름다 친절 친절하게 따뜻 친구 소중 대단 정말 진심 마음 진심으로",
        "assent": "네 예 넵 네네 그럼 그럼요 물론 물론이죠 저도 동감 맞아 맞습니다 역시 그래 함께 고객님도",
        "light": """
            저 제 저희 제가 나 너 당신 그 이 것 수 더 잘 다시 오늘 내일 늘 항상 모두 모든 많은 많이 한번 때 시간 일
            말씀 하고 하는 합니다 했습니다 하겠 있습 있는 있어 없습 없이 되었 됩니다 주세 주셔 주셨 드립 드리 드릴
            드려 해서 하기 이제 아주 너무 참 님 고객 고객님
            """,
    },
}

#: Phrases of scripts without spaces: taken out whole, before what is left is read.
PHRASES: Final[dict[str, dict[str, str]]] = {
    "Chinese": {
        "parting": """
            再见 再見 再会 再會 拜拜 谢谢 謝謝 感谢 感謝 多谢 多謝 感激 感恩 晚安 早安 午安 保重 告别 告別 珍重
            一路顺风 一路平安 祝您 祝你 祝福 祝愿 祝願 愉快 荣幸 榮幸 后会有期 下次 期待 圆满 结束 結束 完毕 剧终
            落幕 永远 永恒 顺利 順利 一切顺利 万事如意 心想事成 身体健康 天天开心 开心 快乐 快樂 幸福 幸福美满
            前程似锦 生活愉快 工作顺利 平安 安康 健康 吉祥 如意 事事顺心 顺心 大吉大利 生意兴隆 财源广进 好运 好梦
            周末 慢走 回见 回头见 明天见 改天见 保持联系 再联系 拥抱 加油 恭喜 辛苦了 辛苦 打扰 有缘 休息 旅途愉快
            一帆风顺 美好的一天 早日康复 合作愉快 欢迎 歡迎 不客气 不客氣 不用谢 别客气 客气
            """,
        "waiting": """
            待机 待命 等待 等候 收到 明白 了解 确认 確認 沉默 安静 安靜 静默 靜默 寂静 好的 随时 隨時 准备 休眠 你好
            您好 待機 帮助 幫助 帮到 帮忙 效劳 为您服务 服务 问题 需要 联系 聯繫 在这里 就绪 继续 指示 吩咐
            """,
        "praise": """
            太棒 精彩 美好 完美 美妙 朋友 伙伴 珍贵 很棒 真棒 优秀 出色 厉害 了不起 温暖 善良 友好 热情 真诚 真诚的
            衷心 由衷 高兴 喜欢 支持 信任 理解 认可 鼓励 陪伴 分享 交流 心灵 光芒 智慧 耐心 细心 贴心 亲爱的 友谊
            宝贵 愉悦 感动
            """,
        "assent": """
            是的 同意 没错 当然 也是 一样 同样 对的 说得对 确实 彼此 嗯嗯 哈哈 没问题 可以 好啊 好呀 行 也祝 您也
            你也
            """,
        "light": """
            我们 你们 您们 他们 这个 那个 这些 那些 什么 怎么 如果 因为 所以 但是 还有 其他 再次 非常 十分 特别 一切
            所有 每天 今天 明天 时间 时候 一定 一直 能够 希望 愿您 愿你 愿 给您 给你 对您 对你 与您 和您 为您 到您 次
            谈话 对话 聊天 很 真的 真是 能为 这次 日子
            """,
    },
    "Japanese": {
        "parting": """
            さようなら さよなら ばいばい バイバイ じゃあね じゃあ またね また明日 またお会い また会い ありがとう
            ありがとうございます ありがとうございました ありがとうございます。 感謝 感謝いたします お疲れ様
            お疲れさま お疲れ おつかれ 失礼いたします 失礼します 失礼 お元気で 元気 お気をつけて 気をつけて おやすみ
            おやすみなさい 良い一日 よい一日 良い夜 良い週末 一日 楽しみ 楽しい 楽し 嬉しい うれしい 光栄 喜び 幸せ
            幸い 終わり 終了 完了 永遠 お過ごしください お過ごし お待ちしております お待ちして お待ち
            よろしくお願いいたします よろしくお願いします よろしく お願いいたします お願いします お願い こちらこそ
            とんでもございません とんでもない どういたしまして ご丁寧に ご丁寧 お気遣い お心遣い 心より 心から お祈り
            祈って 祈り お大事に ご自愛 ごきげんよう お世話になりました お世話 いってらっしゃい ご連絡 お越し ご来館
            ご来店 ご利用 お会い 会える 頑張って 頑張り またの またいつか いつか おめでとう ご協力
            """,
        "waiting": """
            待機 待って 了解 承知 かしこまりました 沈黙 静か 静寂 黙って こんにちは おはよう こんばんは いつでも
            お手伝い 手伝い ご質問 質問 何か 必要 準備 確認
            """,
        "praise": """
            素晴らしい すばらしい 素敵 すてき 最高 完璧 友達 友よ 友人 素晴 温かい 優しい 優しさ 大切 貴重 美しい 心
            気持ち 親切
            """,
        "assent": "はい ええ そうですね もちろん 同じ 私も 僕も そちらも その通り 本当に うん そうだね 同感",
        "light": """
            私 僕 あなた 皆様 皆さん 本日 今日 今後 時間 時 事 機会 際 方 様 今 次 次回 言葉 お言葉 度 日 何 言 思
            出来
            """,
    },
}
