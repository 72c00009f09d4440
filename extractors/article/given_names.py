"""Given names by which a bare line is known to name a person: common ones of Europe, the Americas and parts of Asia.

Written down by hand, without accents. Names that open labels of pages as well (Rose, Faith, Art) are left out.
"""

from __future__ import annotations

import unicodedata
from typing import Final

GIVEN_NAMES: Final = frozenset(
    """
    aaron abby abdul abel abhishek abigail adam adele adeline aditya adnan adrian adriana adrien agnes agnieszka agustin
    ahmad ahmed aidan aiden aiko aileen aimee aine aisha akash akiko akira alain alan alana alasdair alastair alba alban
    albert alberto alden alec alejandra alejandro aleksander aleksandra alena alessandra alessandro alessia alessio alex
    alexa alexander alexandra alexandre alexandru alexia alexis alfie alfonso alfred alfredo ali alice alicia alina
    alisa alisha alison alistair allan allen allie allison alma almudena alvaro alyson alyssa amal amalia amanda
    amandine amaury amber ambre amelia amelie ameya amina amir amira amit amparo amrita amy ana anais anand anastasia
    anastasios anders andre andrea andreas andrei andres andrew andrzej andy anette angela angeles angelica angelika
    angelina angelo angie angus anibal anika anil anita anja anke ankit ann anna annabel annabelle annalisa anne
    annelies anneliese annemarie annette annick annie annika anouk ansgar anthea anthony antje antoine anton antonella
    antonia antonin antonio anup anya aoife april araceli archie ariana ariane arianna ariel arij arjun arlene arlette
    armando armelle armin arnaud arne arno arnold arthur arturo arvind asa ashish ashley ashok asif astrid atsushi aude
    audrey augustin aurelia aurelie aurelien aurelio aurore austin ava avery axel ayesha aylin ayse bahar barbara
    barnaby barney barry bart basil bastian bastien beata beate beatrice beatriz becky belen belinda bella ben benedetta
    benedict benedikt benedikte benjamin benno benoit berenice bernadette bernard bernardo bernd bernhard bert bertha
    berthold bertrand beth bethany betty beverly bhavna bianca bill birgit birgitta birte bjorn blaine boaz bob bogdan
    bonnie boris borja boyd brad bradford bradley brandon branko brayden bree brenda brendan brent brett brian brianna
    brice bridget brigid brigitte britt britta brooke bruce bruna bruno bryan bryce bryony burak burkhard byron caetano
    caitlin caleb calum calvin cameron camilla camille candace candice carina carl carla carlo carlos carlotta carly
    carmen carol carolann carole carolin carolina caroline carolyn carrie carsten casey cassandra cassidy catalina
    cathal catherine cathy catriona cecil cecile cecilia cecilie cedric celeste celia celine cesar chad chaim chandra
    chantal charlene charles charley charlie charlotte chelsea cheng cheryl chiara chidi chika chinedu chloe chris
    christa christel christelle christian christiane christina christine christoph christophe christopher christos ciara
    ciaran cillian cindy claire clara clarence clarissa claude claudia claudine claudio claus clemens clement clementine
    clifford clint clive clotilde cody colin colleen colm concetta conchita connie connor conor conrad constance cordula
    corentin corey corina corinna corinne cornelia costas courtney craig cristina csaba curtis cynthia cyril dag dagmar
    dagny daisuke dalia damian damien damon dan dana danae danica daniel daniela daniele daniella danielle danilo danny
    danuta daphne darcy daria dario darrell darren darryl daryl dave david davide dawid dawn dean deanna debbie debby
    debi deborah debra declan deepak deirdre delia delphine denis denise dennis derek desiree desmond detlef devin devon
    dexter dhruv diana diane diarmuid diego dieter dilip dimitri dinah dino dirk divya dmitri dmitry dolores dominic
    dominik dominika dominique don donald donatella donna donnie donovan dora doreen dorian doriane doris dorota
    dorothea dorothee dorothy doug dougal douglas duane duncan dustin dwayne dwight dylan ebony eckhard ed edda eddie
    eddy edgar edith edmund edna eduard eduarda eduardo edward edwin edwina effie egon eike eileen eimear ekaterina elad
    elaina elaine eleanor elena eleni eleonora eleonore eli eliane elias elif elina eliot elisa elisabeth elisabetta
    elise elizabeth elke ella ellen ellie elliot elliott elmar elodie elsa elsie elton elvira emanuel emanuele emeline
    emeric emerson emilia emiliano emilie emilio emily emine emma emmanuel emmanuelle emre ena enda endre enrico enrique
    ercole erdem eric erica erich erick erik erika erin ernest ernesto ernst erol errol erwin esteban estelle esther
    ethan ethel etienne eugen eugene eugenia eugenie eunice eva evan evangelos evelyn evelyne evert evie ewa ezra fabian
    fabien fabienne fabio fabrice fanny farah fares fatima fatma federica federico felicia felicitas felicity felipe
    felix ferenc fergus fernand fernanda fernando fidel filip filippa filippo finlay finn fiona flavia fleur flora
    florence florent florian floris fons fran franca frances francesca francesco francine francis francisca francisco
    franck franco francois francoise frank frankie franz franziska fred freda freddie frederic frederica frederick
    frederico frederik freya frieda friederike friedhelm friedrich frits fritz gabby gabi gabor gabriel gabriela
    gabriele gabriella gabrielle gael gaelle gail galina gareth garrett gary gaurav gavin geert gemma genevieve geoff
    geoffrey georg george georges georgia georgina georgios geraint gerald geraldine gerard gerd gerhard germain gerrit
    gertrud giacomo gianluca gianni gideon gilbert gilles gillian gina ginny giorgio giorgos giovanna giovanni gisela
    gisele giulia giuliana giulio giuseppe gladys glen glenda glenn gloria godfrey gonzague gonzalo goran gordana gordon
    grace graeme graham grant graziella greg gregg gregor gregory greta gretchen gudrun guido guilherme guillaume
    guillermo gunilla gunnar gunter gunther gustav gustavo guy gwen gwenaelle gwyneth habib hadley halina hamish hamza
    hank hanna hannah hanne hannelore hannes hans harald harmen harold harri harriet harry haruka haruki harvey hasan
    hassan hayley hazel heath heather hector hedwig heidi heike heikki heiko heiner heinrich heinz helen helena helene
    helga helge helmut hendrik henk henning henri henrik henry herbert herman hermann hermine herve hideo hilary hilda
    hilde hilke hiroko hiroshi holger holly homer horst hortense howard hubert hugh hugo humphrey iain ian ibrahim ida
    ieuan ignacio igor ildiko ilse imelda imke imogen imran indira ines inga inge ingeborg ingo ingrid inigo ioana
    ioannis iona irena irene irina iris irma irving isaac isabel isabela isabell isabella isabelle isaline isidro isla
    ismael ismail isobel ivan ivana iwona jacek jacinta jack jackie jacob jacqueline jacques jade jadwiga jai jaime jake
    jakob jakub jamal james jamie jamila jan jana jane janelle janet janette janice janina janine janis janos jared
    jarek jaromir jarrod jasmin jasmine jason javier jay jayne jean jeanette jeanine jeanne jeannie jed jeff jeffery
    jeffrey jelena jemima jenna jennie jennifer jenny jens jeremiah jeremias jeremy jermaine jerome jerry jerzy jesper
    jess jesse jessica jessie jesus jette jill jillian jim jimmy jitka jo joachim joan joana joann joanna joanne joao
    joaquin jocelyn jochen jodie jody joe joel joelle joerg johan johann johanna johannah johannes john johnnie johnny
    jon jonas jonathan joni joost jordan jordi jorg jorge jorgen joris jose josef josefa josefine josep joseph josephine
    josephus josh joshua josiane josie joss jouni jovana joyce juan juana juanita judith judy juergen jules julia julian
    juliana juliane julianne julie julien juliet juliette julio julius jung jurgen justin justine justyna jutta kai
    kaila kaitlin kaitlyn kamal kamil kamila karel karen karim karima karin karina karl karla karol karolina karsten
    karthik kasia kasper kat katalin katarina katarzyna kate katelyn katharina kathe katherine kathi kathie kathleen
    kathrin kathryn kathy kati katia katie katinka katja katrien katrin katrina katrine katy kavita kay kayla kayleigh
    kazim kazuo keiko keira keith kelley kelly kelsey kelvin ken kendra kenji kenneth kerri kerry kerstin ketan kevan
    kevin khaled kiara kieran kim kimberley kimberly kira kirk kirsten kirstie kirstin kirsty klaas klara klaus knut
    koen kofi konrad konstantin konstantinos kostas kris krishna kristen kristi kristian kristie kristin kristina
    kristine kristof krystyna krzysztof kumar kurt kwame kyle kylie lachlan lana lara larissa larry lars lasse laszlo
    latifa latoya laura laure laurel lauren laurence laurent lauri laurie lauryn lavinia layla lea leah leandra leandro
    leanne lee leif leila leland lena lenka lenny leo leon leonard leonardo leonid leonie leonor leopold leroy lesley
    leslie leticia lewis liam liane lidia lidija lieke liesbeth lilian liliana lilly lily lina linda lindsay lindsey
    linn lino linus lionel lisa lisbeth lise lissa liv liz lizzie llewellyn lloyd loic lois lonnie lorena lorenzo
    loretta lori lorna lorraine lothar lou louie louis louisa louise lowell luc luca lucas lucia luciana luciano lucie
    lucien lucille lucinda lucretia lucy ludovic ludwig luigi luis luisa luise luka lukas lukasz luke lutz lydia lydie
    lyle lyndsey lynn mabel macarena maciej maddie maddy madeleine madison mads mael maeve magali magda magdalena maggie
    mahmoud maia maik maike maira maisie maja makoto malcolm malgorzata malik malin malte mandy manfred manish manoj
    manolo manon manuel manuela mara marc marcel marcela marceline marcella marcelo marci marcia marcin marcio marco
    marcos marcus marek margaret margarete margarita margaux margit margot margriet margrit mari maria mariana marianne
    maribel marie marija marika marilena marilou marilyn marina mario marion marisa marisol marissa maritza marius
    marjan marjorie mark markku marko markus marla marlene marlies marlon marna marta martha martijn martin martina
    martine marvin mary maryam masha massimo mateo mateusz mathias mathieu mathilda mathilde mathis matias matilda matt
    matteo matthew matthias matthieu matthijs matti mattia maud maureen maurice mauricio maurizio mauro mavis max maxi
    maxime maximilian maximo maxine maxwell maya mayank meg megan mehdi mehmet meike meir mel melanie melinda melissa
    melvin mercedes meredith meret merle merlin mervyn mia micah michael michaela michal micheal michel michela michele
    micheline michelle mick mickael miguel mihaela mihai mika mikael mike mikhail mikko milan mildred milena miles milos
    mina mindy minna mira miranda mirco mireia mireille miriam mirjam mirko mitch mitchell mitsuko mohamed mohammad
    mohammed mohan mohsen moira moises molly mona monica monika monique montserrat morag morgan morgane moritz morten
    mortimer moshe muhammad muhammed mukesh murat muriel murray mustafa myles myra myriam myrtle nabil nadeem nadege
    nadia nadine nadja nancy naomi narendra nastasia natacha natalia natalie natalya natascha natasha nate nathalie
    nathan nathaniel navin neal ned neeraj neil nelly nelson nestor neville ngozi niall nicholas nichole nick nickolas
    nicky nicola nicolaas nicolas nicole nicoletta niels nigel niki nikita niklas niklaus niko nikola nikolai nikolaos
    nikolaus nikos nils nina nirmala nisha nitin noah noam noel noelle noemi nolan nora norbert noreen norma norman
    normand norris nuria octavia octavio odette odile okan olaf ole oleg oleksandr olena olga oliver olivia olivier
    oliwia olwen omar omer onur oriol orla orlaith orlando orson osama oscar oskar osvaldo ottavia ottilie otto owain
    owen pablo paddy padraig paige palle paloma pam pamela pankaj paola paolo pascal pascale pat patrice patricia
    patricio patrick patrik patrizia patty paul paula paulette paulina pauline paulo pavel pavlos pawel pedro peg peggy
    penelope per percy perrine pete peter petr petra petros petter peyton phil philip philipp philippa philippe phillip
    phillipa philomena phoebe phyllis pia pierce pierluigi pierre pierrick pieter pietro pilar piotr pippa polly prakash
    pranav prashant prisca priscilla priya quentin rachel radek radoslaw rafael rafaela rafal raffaele raffaella rahul
    raimund rainer raj rajesh rajiv rakesh ralf ralph ramesh ramiro ramon ramona randall randy raoul raphael raphaela
    raquel rashid rasmus raul ravi raylene raymond rebecca rebekah reggie regina reginald regine reiner reinhard
    reinhild reinhold remi remy rena renata renate renato renaud rene renee reto reuben reza rhea rhiannon rhoda rhona
    rhys ricarda ricardo riccardo richard richie rick ricky rik riley rita ritu roald rob robbie robert roberta roberto
    robin rocio roderick rodney rodolfo rodrigo roel rogelio roger rohan rohit roisin roland rolf romain roman romeo
    romina romy ron ronald ronan ronja ronny roosa rory rosa rosalba rosalie rosalind rosalyn rosamund rosanna rosanne
    roseanne roselyne rosemarie rosemary rosie roslyn ross rowena roxana roxane roy ruairi ruben rudi rudiger rudolf
    rufus rui rune rupert russ russell ruth ryan ryszard saba sabina sabine sabrina sacha sadia sadie saeed sakura salim
    sally salma salome salvador salvatore sam samantha sami samir samira samson samuel sana sandra sandrine sandro
    sanjay sanjeev sanna santi santiago santosh saoirse sara sarah sarai sascha sasha saskia satoshi saul scott seamus
    sean sebastian sebastiano sebastien selina selma serena serge sergei sergey sergio serhat seth severin shaheen shai
    shamil shane shanna shannon shari sharon shaun shaunna shawn shayla sheila shelby sheldon shelley shelly sheree
    sherri sherry sheryl shinji shirley shiv shlomo shruti sibylle sid sidney sidonie siegfried sigi sigrid sigrun silas
    silke silvana silvia silvio simao simeon simon simona simone simonetta sina sinead siobhan sissel siv slavomir sofia
    sofie solange solene solveig sondra sonia sonja sonya sophia sophie soren spyros stacey stacy stanislas stanislav
    stanley stavros stefan stefania stefanie stefano steffen stella sten stepan steph stephan stephane stephanie stephen
    steve steven stewart stian stijn stine stuart sue sumit sunil suresh surya susan susana susann susanna susanne susie
    suzan suzanna suzanne suzette suzie suzy svea sven svenja svetlana sybille sylvain sylvester sylvia sylvie sylwia
    szymon tabea tabitha tadeusz takeshi talia tamar tamara tamas tammy tancredi tania tanisha tanja tanner tara tariq
    tarun tasha tatiana tatjana tatyana tayfun ted tegan terence teresa teresita terje terrence terri terrie terry tess
    thaddeus thais thandi thanos thea thelma theo theodor theodora theresa therese thibault thierry thomas thomasina
    thor thora thorben thorsten tiago tiana tibor tiernan tiffany tilda tilman tim timo timon timothee timothy tina
    titus tobey tobias toby todd todor tom tomas tomasina tomasz tomer tomislav tommy toni tonia tonje tony tonya torben
    torsten tova tracey tracy travis trent trevor tricia trina trish trisha tristan trond troy trudi trudy tuomas tyler
    tyson uday udo ugo ulf uli ulla ulrich ulrik ulrike umberto unai urs ursel ursina ursula usha uta ute uwe vaclav
    valentin valentina valeria valerie valerio vance vanessa vasco vasilis veerle velma venkat vera verena verity verna
    vernon veronica veronika veronique vesna vicente vicki vicky victor victoria vidya vijay vikas vikram viktor
    viktoria vilma vincent vincenza vincenzo vinod viola violeta virginia virginie vishal vito vittoria vittorio vivek
    vivian viviana viviane vivien vlad vladimir vojtech volker volkmar wally walt walter waltraud wanda waseem wayne
    wenche wendell wendy werner wes wesley whitney wiebke wiktor wilbur wilfred wilfried wilhelm wilhelmina will willa
    willem willemijn willi william willie willy wilma wim winfried winifred winnie winston wojciech wolfgang wolfram
    wouter wyatt xavier xenia xiaoming xiomara yael yamina yan yann yannick yasmin yasmina yasmine yasser yasuko yehuda
    yesim yogesh yohan yolanda yolande yosef yoshi yuki yuko yulia yuliya yuri yusra yusuf yvan yves yvette yvonne zach
    zachariah zachary zack zainab zara zbigniew zelda zev zeynep zita zoe zofia zoltan zora zuzana
    """.split()
)


def opens_with_given_name(name: str) -> bool:
    """Whether a name starts with one of them, a title (Dr.) left aside: "Anne-Sophie Bernard", "Dr. Jan de Wit"."""
    plain = unicodedata.normalize("NFD", name.casefold().replace("ß", "ss").replace("ø", "o"))
    parts = [
        part for part in "".join(c for c in plain if not unicodedata.combining(c)).split() if not part.endswith(".")
    ]
    return bool(parts) and parts[0].split("-")[0] in GIVEN_NAMES
