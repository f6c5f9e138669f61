"""English words that turn up whatever the talk is about, for the checks that ask what it is about."""

from __future__ import annotations

from typing import Final

#: Common verbs and qualities, words of courtesy, of order and of time, and what assistants say about the conversation
#: itself. They say little about a topic. The list is a judgement of ours, not a count of anybody's texts.
PLAIN_WORDS: Final = frozenset(
    """
    able absolute absolutely accept access according account achieve acknowledge across act action active actual
    actually add addition additional address admit advantage affect afraid afternoon age ago agree agreement ah
    aha ahead ai aim ain allow almost alone along already alright alternative although always am amazing among
    amount ancient angle another answer anybody anyhow anymore anyone anything anyway anywhere apart apparent
    appear apply appreciate approach appropriate april area aren argue arise around arrange arrive aside ask
    aspect assist assistance assistant assistants associate assume attempt attention august available avoid aw
    aware away awesome awful awkward back bad balance base basic basically basis beautiful became become began
    begin beginning begun behave behavior behaviour behind belief believe belong beneath benefit beside best bet
    better beyond big bigger biggest bit block blow body bonjour book boring bottom bought bound boy brain
    brainstorm break brief briefly bright brilliant bring broad brought build bunch busy buy bye call came cannot
    cant capable capture care careful carry case cause center central centre certain certainly challenge chance
    change character charge chat chatbot chatting check cheers child chitchat choice choose clarify class clean
    clear clearly click close closely collaborate collaboration collect color colour combine come comfortable
    comment commit common communicate compare complete completely complex concept concern conclude conclusion
    condition confident confirm confuse connect connection consider consideration consistent constant contain
    content context continue contribute control conversation converse cool core correct cost couldn count couple
    course cover craft crazy create creative critical cross crucial curiosities curiosity curious current
    currently cut cute daily damn dare dark data date day dead deal dear december decide decision deep deeper
    deeply define definite definitely definition degree delight deliver delve demand demonstrate depend depth
    derive describe description deserve design desire detail determine develop development dialogue didn didnt die
    differ difference different difficult difficulty digital direct direction directly discover discuss discussion
    distinct distinguish dive divide doesn doesnt don done dont doubt dr draw dream drive drop due dynamic eager
    early earth ease easier easily easy edge effect effective effectively effort eight elaborate elegant element
    eleven else embrace emerge emphasis enable encounter encourage end endless energy engage engaging enjoy
    enjoyable enormous enough ensure enter entire entirely environment equal equally especially essence essential
    essentially establish even evening event eventually everybody everyday everyone everything everywhere evidence
    evolve exact exactly examine example excellent except exception exchange excite excited exciting exist
    existence expand expect expectation experience explain explanation exploration explore express expression
    extend extent extra extreme extremely eye face facilitate fact factor fail fair fairly fall false familiar
    family famous fan fantastic far fascinate fascinating fast favor favorite favour favourite fear feature
    february feel feeling felt fewer fewest field fight figure fill final finally find fine finish first fit five
    fix flow focus folk follow fond force forever forget form formal former forth forward found foundation four
    frame framework frankly free friday friend friendly front full fully fun function fundamental fundamentally
    funny further future gain gap gather gave general generally generate gentle genuine genuinely get girl give
    given glad goal god gone gonna good goodbye goodness got gotta gotten grand grateful great greater greatest
    greatly greeting greetings ground group grow growth guess guide guy hadn haha half hand handle hang happen
    happy hard hardly harm hasn hate haven head hear heard heart heavy heck held hello help helpful hence hey hi
    hide high highest highlight highly hint history hit hm hmm hold home honest honestly honor hope hopefully
    horrible hour house huge hugely huh human hundred hurt id idea ideal identify ignore im imagine immediate
    immediately impact implement imply importance important importantly impossible impress impressive improve
    include including incorporate increase increasingly incredible incredibly indeed indicate individual influence
    inform information inherent initial initially inner inquiry inside insight insightful inspiration inspire
    inspiring instance instead integrate intend intense intention interact interaction interest interested
    interesting internal intriguing introduce introduction invite involve isn isnt issue item ive january job join
    joke journey joy judge july jump june keen keep kept key kick kid kill kind kinda knew know knowledge known
    lack land language large largely last late lately later latest latter laugh layer lead learn least leave led
    left legitimate lend length less lesson let lets level leverage lie life light likely limit limitation limited
    line link list listen literal literally little live ll lol lonely long longer look lose loss lost lot loud
    love lovely low lowest luck lucky made main mainly maintain major majority make makes manage manner many march
    mark mass massive match material matter maximum may maybe mean meaning meaningful measure meet mention mere
    merely mess message messages met method mid middle might mile mind minimum minor minute miss mistake mix model
    models modern moment monday month mood morning mostly mother mouth move movement mr mrs ms multiple mustn
    mysterious myth nah naive name namely narrow natural naturally nature near nearly necessarily necessary
    necessity need negative neither never nevertheless new news next nice night nine nobody none nonetheless nope
    normal normally note nothing notice notion november nowadays nuance nuanced number numerous o'clock object
    observation observe obvious obviously occasion occasional occur october odd offer often oh ok okay old older
    oldest one ones ongoing only oops open opening operate opinion opportunity oppose opposite option order
    ordinary organize origin original originally otherwise ought outcome outside outstanding overall pace page
    paid pair paper paragraph parent part particular particularly partly party pass passionate past path pattern
    pause pay people perceive percent perfect perfectly perform perhaps period person personal personally
    perspective phase phrase physical pick picture piece place plain plan play please pleased pleasure plenty plus
    pm point pop popular pose position positive possess possibility possible possibly post potential potentially
    power powerful practical practice precise precisely prefer prepare presence present pressure pretend pretty
    prevent previous previously primarily primary principle prior priority probable probably problem procedure
    proceed process produce profound profoundly program progress project promise prompt proper properly proposal
    propose prove provide public pull pure purely purpose pursue push put quality query question quick quickly
    quiet quite raise ran range rare rarely rate raw re reach react reaction read reader ready real realise
    reality realize reason reasonable recall receive recent recently recognise recognize recommend record reduce
    refer reference refine reflect reflection regard regardless regular regularly relate relation relationship
    relatively release relevant rely remain remark remarkable remarkably remember remind remove repeat replace
    reply represent request require requirement resolve resonate resource respect respond response responsibility
    responsible rest result return reveal rich richness rid right rise risk rock role room root rough roughly
    round rule run rush sad safe said sake satisfy saturday save saw say says scale scared scenario scene seamless
    search second section see seek seem seen select self send sense sensitive sent sentence separate september
    sequence series serious seriously serve service session set setting settle seven several shape share sharp
    shift short shortly shot shouldn shout show shown side sight sign significance significant significantly silly
    similar similarly simple simply single sir sit situation six size skill slight slightly slow slowly small
    smaller smart smile smooth social society solid solution solve somebody somebody'd somehow someone something
    sometimes somewhat somewhere soon sorry sort sound source space span spark speak special specific specifically
    spend spirit spoke spoken spot stage stand standard start state statement status stay step stick stood stop
    story straight straightforward strange strategy strength strengthen stress stretch strike strong strongly
    structure struggle study stuff stupid style subject subtle succeed success successful sudden suddenly suffer
    sufficient suggest suggestion suit suitable sum sunday super superb support suppose sure surely surface
    surprise surprised surprising surprisingly surround suspect switch system table tackle tail take taken talk
    tapestry task tasks taste taught teach team tell ten tend tendency tension term terms terrible test testament
    text thank thank-you thankful thanks thats theme theyre thing think thinks third thirty thorough though
    thought thoughtful thousand three throw thursday tie tight till time tiny tip tire title to today together
    told tomorrow tone tonight took tool top topic topics total totally touch tough toward towards track trade
    tradition traditional train transform transition treat tremendous trick tricky tried tries trouble true truly
    trust truth try trying tuesday turn twelve twenty twice twist two type typical typically uh ultimate
    ultimately um unable underlie underlying understand understanding understood unexpected unfold unfortunate
    unfortunately union unique unit universal unless unlike unlikely unusual update usage use used useful user
    usual usually utilize valid valuable value variety various vary vast ve version via view vision visit vital
    voice wait walk wander wanna want warm wasn wasnt watch wave way weak wear wednesday week weekend weight weird
    welcome went weren whatever whats whatsoever whenever whereas wherever whichever whoever whole wide widely
    wild willing win wisdom wise wish witness woman won wonder wonderful wonderfully wont word wore work world
    worry worse worst worth worthwhile wouldn wow wrap write writer written wrong wrote yay yeah year yep
    yesterday young younger youngest youre yup zero
    """.split()  # noqa: SIM905 -- fourteen hundred quoted words would be no easier to read
)
