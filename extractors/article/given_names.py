"""Given names by which a bare line is known to name a person: common ones of Europe, the Americas and parts of Asia.

Written down by hand, without accents. Names that open labels of pages as well (Rose, Faith, Art) are left out.
"""

from __future__ import annotations

import unicodedata
from typing import Final

GIVEN_NAMES: Final = frozenset(
    """
    aaron abby abdul abigail adam adele adrian adriana adrien agnes agnieszka ahmed aidan aileen aimee aisha alain
    alan alana alba albert alberto alec alejandra alejandro aleksander alessandra alessandro alessia alex alexa
    alexander alexandra alexandre alexia alexis alfonso alfred ali alice alicia alina alisa alison alistair allan
    allen allison alma alvaro alyssa amanda amandine amber amelia amelie amina amir amit amy ana anais anastasia
    anders andre andrea andreas andrei andres andrew andy angela angelica angelika angelo angus anika anil anita
    anja ann anna annabel anne annette annie annika anthony antoine anton antonella antonia antonio april ariane
    arianna ariel arjun armin arnaud arne arno arnold arthur arturo asa ashley astrid audrey aurelie aurelien austin
    ava axel barbara barry bart bastian bastien beata beate beatrice beatriz becky ben benedict benedikt benjamin
    benoit bernard bernd bernhard bert bertrand beth bethany betty bianca bill bjorn bob bogdan bonnie boris brad
    bradley brandon brenda brendan brent brett brian bridget britta brooke bruce bruno bryan burkhard caitlin caleb
    cameron camilla camille carina carl carla carlo carlos carmen carol carolin carolina caroline carolyn carsten
    casey cassandra cassidy catalina catherine cathy cecile cecilia cedric celine chad chantal charles charlie
    charlotte chelsea cheryl chloe chris christa christelle christian christiane christina christine christoph
    christophe christopher cindy claire clara claude claudia claudio claus clemens clement cody colin colleen connie
    connor conor conrad constance corinna corinne cornelia courtney craig cristina cynthia cyril dagmar damian
    damien dan dana daniel daniela daniele daniella danielle danny daria dario darren dave david dawn dean debbie
    deborah debra deepak delphine denis denise dennis derek detlef devin diana diane diego dieter dimitri dirk
    dmitri dolores dominic dominik dominique don donald donna doreen doris dorothea dorothee dorothy doug douglas
    dylan ed eddie edgar edith eduard eduardo edward edwin egon eileen ekaterina elaine eleanor elena eleni eli
    elias elif elisa elisabeth elise elizabeth elke ella ellen elliot elodie elsa emanuel emilia emilie emilio emily
    emma emmanuel emmanuelle enrico enrique eric erica erich erik erika erin ernest ernst erwin esteban estelle
    esther ethan etienne eugen eugene eva evan evelyn evelyne ewa fabian fabien fabienne fabio fabrice fatima
    federica federico felicia felicitas felipe felix fernanda fernando filip filippo finn fiona flavia flora
    florence florent florian frances francesca francesco francine francis francisca francisco franck francois
    francoise frank frankie franz franziska fred frederic frederik friederike friedrich fritz gabriel gabriela
    gabriele gabriella gabrielle gael gaelle gareth gary gavin gemma genevieve geoff geoffrey georg george georges
    georgia georgina gerald gerard gerd gerhard gerrit giacomo gianluca gianni gilbert gilles gina giorgio giovanna
    giovanni gisela giulia giuliana giulio giuseppe glen glenn gloria gonzalo gordon grace graham grant greg gregor
    gregory greta guido guillaume guillermo gunnar gunter gunther gustav guy gwen hanna hannah hannelore hannes hans
    harald harriet harry hassan hayley heather hector heidi heike heiko heiner heinrich heinz helen helena helene
    helga helge helmut hendrik henning henri henrik henry herbert hermann hilary hilde holger holly horst howard
    hubert hugh hugo ian ibrahim ida ignacio igor ilse ines inga inge ingo ingrid irena irene irina iris isaac
    isabel isabell isabella isabelle isaline ismail ivan ivana jack jackie jacob jacqueline jacques jaime jake jakob
    jakub james jamie jan jana jane janet janice janina janine jared jasmin jasmine jason javier jay jean jeanette
    jeanne jeff jeffrey jennifer jenny jens jeremy jerome jerry jess jesse jessica jessie jesus jill jim jimmy jo
    joachim joan joana joanna joanne joao jochen jodie joe joel joelle johan johann johanna johannes john johnny jon
    jonas jonathan joost jordan jordi jorg jorge jose josef josefine joseph josephine josh joshua joyce juan juana
    judith judy julia julian juliana julie julien juliet juliette julio julius jung jurgen justin justine justyna
    jutta kai karen karim karin karina karl karla karolina karsten kat kate katharina katherine kathleen kathrin
    kathryn kathy katie katja katrin katrina katy kay kayla keith kelly kelsey ken kenneth kerry kerstin kevin
    khaled kiara kim kirsten kirstin klara klaus konrad konstantin kris kristen kristian kristin kristina kristine
    krystyna kurt kyle lana lara larry lars laszlo latoya laura laure lauren laurence laurent laurie lea leah lee
    leila lena lenka leo leon leonard leonardo leonie leslie liam lidia liesbeth lina linda lindsay lindsey linus
    lionel lisa liv liz lizzie loic lorena lorenzo lori lothar lou louis louisa louise luc luca lucas lucia luciana
    lucie lucy ludovic ludwig luigi luis luisa luise lukas luke lydia lynn maciej madeleine madison mads mael magali
    magda magdalena maggie maike maja malcolm malgorzata malik malte manfred manon manuel manuela mara marc marcel
    marcela marcelo marcin marco marcos marcus marek margaret margarita margot maria mariana marianne marie marija
    marika marilyn marina mario marion marisa marius marjorie mark marko markus marlene marta martha martijn martin
    martina martine mary maryam mateo mateusz mathias mathieu mathilde matteo matthew matthias matthieu maureen
    maurice mauricio mauro max maxime maximilian maya meg megan mehdi mehmet mel melanie melinda melissa mercedes
    meredith mia michael michaela michal michel michela michele micheline michelle miguel mihai mika mikael mike
    mikhail milan milena mina miranda mireille miriam mirjam mitchell mohamed mohammad mohammed moira molly mona
    monica monika monique morgan morgane moritz muhammad murat muriel mustafa myriam nadia nadine nadja nancy naomi
    natalia natalie natasha nathalie nathan nathaniel navin neil nelly nelson nicholas nick nicola nicolas nicole
    nigel nikita niklas nikola nikolaus nils nina noah noelle nora norbert norman nuria odile olaf oleg olga oliver
    olivia olivier omar orlando oscar oskar otto owen pablo paige paloma pam pamela paola paolo pascal pascale pat
    patricia patricio patrick patrik patrizia paul paula pauline pavel pawel pedro peggy penelope per perrine pete
    peter petr petra phil philip philipp philippe phillip phoebe pia pierre pieter pietro piotr priya quentin rachel
    rafael rahul rainer raj ralf ralph ramon randy raoul raphael raquel raul ravi raymond rebecca regina reiner
    reinhard reinhold renate rene renee ricardo riccardo richard rick ricky rita rob robert roberta roberto robin
    rodrigo roger roland rolf romain roman ron ronald ronja rory rosa rosie ross roxane roy ruben rudiger rudolf
    ruth ryan sabine sabrina sadie sally salma salvatore sam samantha samir samuel sandra sandrine sandro sanjay
    santiago sara sarah sascha saskia scott sean sebastian sebastien selina serena sergei sergio seth severin shane
    shannon sharon shaun shawn sheila shelley shirley sibylle siegfried sigrid silke silvia simon simona simone sina
    siobhan sofia sofie solene sonia sonja sophia sophie stacey stanislav stefan stefania stefanie stefano steffen
    stella stephan stephane stephanie stephen steve steven stewart stuart sue sunil susan susana susann susanna
    susanne suzanne svea sven svenja svetlana sybille sylvain sylvia sylvie tamara tammy tania tanja tara tatiana
    tatjana ted teresa terry tess thea theo theodor theresa therese thibault thierry thomas thorsten tiffany tim
    timo timothy tina tobias todd tom tomas tomasz tommy toni tony torben torsten tracey tracy trevor trish tristan
    troy tyler udo ulf uli ulla ulrich ulrike ursula uta ute uwe valentin valentina valeria valerie vanessa vera
    veronica veronika veronique vicky victor victoria viktor viktoria vincent vincenzo viola violeta virginia
    virginie vivian vivien vladimir volker volkmar walter waltraud wanda wendy werner wiebke wilfried wilhelm will
    willem william willy wim winfried wolfgang wolfram xavier yan yann yannick yasmin yasmine yolanda yuri yusuf
    yves yvonne zach zachary zoe zofia
    """.split()
)


def opens_with_given_name(name: str) -> bool:
    """Whether a name starts with one of them, a title (Dr.) left aside: "Anne-Sophie Bernard", "Dr. Jan de Wit"."""
    plain = unicodedata.normalize("NFD", name.casefold().replace("ß", "ss").replace("ø", "o"))
    parts = [
        part for part in "".join(c for c in plain if not unicodedata.combining(c)).split() if not part.endswith(".")
    ]
    return bool(parts) and parts[0].split("-")[0] in GIVEN_NAMES
