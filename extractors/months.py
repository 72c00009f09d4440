"""Words of the calendar as pages of many languages write them: months, weekdays, "ago", "yesterday".

Spellings come from the Unicode CLDR's month and day names (genitive forms where dates use them) and from what blog
software prints; they are facts of the languages, lower case, without dots.
"""

from __future__ import annotations

from typing import Final

_MONTHS: Final = (
    "january jan janvier janv januar jän jänner enero ene gennaio gen genn janeiro januari januar januára "
    "stycznia styczeń "
    "sty ledna leden января янв ocak oca január jan ianuarie ian gener gen janeiro tammikuuta tammikuu "
    "siječnja januára "
    "januar januari ιανουαρίου ιαν січня",
    "february feb févr février fevr fevrier fév februar febrero febbraio febb fevereiro fev februari lutego "
    "luty lut února "
    "únor февраля фев февр şubat şub február febr februarie febrer helmikuuta helmikuu veljače februára φεβρουαρίου "
    "φεβ лютого",
    "march mar mars märz mär maerz mrz marzo março maart mrt marts marca marzec března březen марта март мар mart "
    "március márc martie març maaliskuuta maaliskuu ožujka μαρτίου μαρ березня",
    "april apr avril avr abril abr aprile avr kwietnia kwiecień kwi dubna duben апреля апр nisan nis április "
    "ápr aprilie "
    "abril huhtikuuta huhtikuu travnja apríla απριλίου απρ квітня",
    "may mai mayo maggio mag maio mei maj maja května květen мая май mayıs május máj toukokuuta toukokuu "
    "svibnja maig "
    "mája μαΐου μαϊ травня",
    "june jun juin juni junio giugno giu junho czerwca czerwiec cze června červen июня июн haziran haz június "
    "jún iunie "
    "iun juny kesäkuuta kesäkuu lipnja júna ιουνίου ιουν червня",
    "july jul juillet juil juli julio luglio lug julho lipca lipiec lip července červenec июля июл temmuz tem "
    "július júl "
    "iulie iul juliol heinäkuuta heinäkuu srpnja júla ιουλίου ιουλ липня",
    "august aug août aout agosto ago augustus augusti sierpnia sierpień sie srpna srpen августа авг ağustos ağu "
    "augusztus agost elokuuta elokuu kolovoza augusta αυγούστου αυγ серпня",
    "september sep sept septembre septiembre setiembre settembre sett set setembro września wrzesień wrz září "
    "сентября "
    "сен сент eylül eyl szeptember szept septembrie setembre syyskuuta syyskuu rujna septembra σεπτεμβρίου σεπ "
    "вересня",
    "october oct octobre oktober okt octubre ottobre ott outubro out października październik paź října říjen "
    "октября "
    "окт ekim eki október octombrie lokakuuta lokakuu listopada oktobra οκτωβρίου οκτ жовтня",
    "november nov novembre noviembre novembro listopad lis listopadu ноября ноя нояб kasım kas "
    "noiembrie marraskuuta marraskuu studenoga novembra νοεμβρίου νοε",
    "december dec décembre decembre déc dezember dez diciembre dic dicembre dezembro grudnia grudzień gru prosince "
    "prosinec декабря дек aralık ara desember des decembrie desembre joulukuuta joulukuu prosinca decembra "
    "δεκεμβρίου "
    "δεκ грудня",
)

_MONTHS_AFAR: Final = (
    "يناير جانفي ژانویه ינואר בינואר जनवरी มกราคม januarja januara "
    "jaanuar jaanuari janvāris janvārī sausio sausis јануар јануара януари siječanj",
    "فبراير شباط فيفري فوریه פברואר בפברואר फ़रवरी फरवरी กุมภาพันธ์ februarja "
    "februara veebruar veebruari februāris februārī vasario vasaris фебруар фебруара февруари veljača",
    "مارس آذار מרץ במרץ מרס मार्च มีนาคม märts märtsi marts martā kovo kovas март марта ožujak maret",
    "أبريل ابريل إبريل نيسان أفريل آوریل אפריל באפריל अप्रैल เมษายน "
    "aprill aprilli aprīlis aprīlī balandžio balandis април априла travanj aprila",
    "مايو أيار ماي مه מאי במאי मई พฤษภาคม maijs maijā gegužės gegužė мај маја май svibanj maja",
    "يونيو حزيران جوان ژوئن יוני ביוני जून มิถุนายน juuni jūnijs jūnijā birželio birželis јун јуна юни lipanj junija",
    "يوليو تموز جويلية ژوئیه יולי ביולי जुलाई กรกฎาคม juuli jūlijs jūlijā liepos liepa јул јула юли srpanj julija",
    "أغسطس اغسطس آب أوت اوت אוגוסט באוגוסט अगस्त สิงหาคม "
    "avgust avgusta augusts augustā rugpjūčio rugpjūtis август августа kolovoz agustus",
    "سبتمبر أيلول سپتامبر ספטמבר בספטמבר सितंबर सितम्बर กันยายน "
    "septembris septembrī rugsėjo rugsėjis септембар септембра септември rujan septembri",
    "أكتوبر اكتوبر اکتبر אוקטובר באוקטובר अक्टूबर अक्तूबर ตุลาคม "
    "oktoober oktoobri oktobris oktobrī spalio spalis октобар октобра октомври",
    "نوفمبر نوامبر נובמבר בנובמבר नवंबर नवम्बर พฤศจิกายน novembris "
    "novembrī lapkričio lapkritis новембар новембра ноември studeni novembri",
    "ديسمبر دسامبر דצמבר בדצמבר दिसंबर दिसम्बर ธันวาคม detsember detsembri "
    "decembris decembrī gruodžio gruodis децембар децембра декември prosinac desember",
)
"""Arabic (three traditions), Persian, Hebrew, Hindi, Thai, Estonian, Latvian, Lithuanian, Slovene, Croatian,
Serbian, Bulgarian, Indonesian."""

MONTHS: Final = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
"""Name -> month 1-12. "listopada" is Polish November and Croatian October; Polish pages are the more common."""
MONTHS["listopada"] = 11
for _number, _names_afar in enumerate(_MONTHS_AFAR, start=1):
    for _name in _names_afar.split():
        MONTHS.setdefault(_name, _number)

_WEEKDAYS: Final = (
    "monday mon montag mo lundi lun lunes lunedì segunda segunda-feira maandag ma måndag mandag poniedziałek "
    "понедельник",
    "tuesday tue tues dienstag di mardi mar martes martedì terça terça-feira dinsdag tisdag tirsdag wtorek вторник",
    "wednesday wed mittwoch mi mercredi mer miércoles mercoledì quarta quarta-feira woensdag onsdag środa среда",
    "thursday thu thur thurs donnerstag do jeudi jeu jueves giovedì quinta quinta-feira donderdag torsdag "
    "czwartek четверг",
    "friday fri freitag fr vendredi ven viernes venerdì sexta sexta-feira vrijdag fredag piątek пятница",
    "saturday sat samstag sonnabend sa samedi sam sábado sabato zaterdag lördag lørdag sobota суббота",
    "sunday sun sonntag so dimanche dim domingo domenica zondag söndag søndag niedziela воскресенье",
)

WEEKDAYS: Final = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
"""Name -> weekday as `datetime.weekday` counts, Monday 0."""

_UNITS: Final = {
    1: "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos secondo secondi seconden секунд",
    60: "m min mins minute minutes minuten minuto minutos minuti minuut minut minuty minuter minutter мин минут "
    "минуты dakika",
    3600: "h hr hrs hour hours stunde stunden heure heures hora horas ora ore uur uren timme timmar time timer "
    "godzin "
    "godziny godzinę час часа часов saat",
    86400: "d day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dagar dage dager dzień dni "
    "день "
    "дня дней gün",
    604800: "w wk wks week weeks woche wochen semaine semaines semana semanas settimana settimane weken vecka veckor "
    "uge "
    "uger uke uker tydzień tygodni tygodnie неделю недели недель hafta",
    2629800: "mo month months monat monate monaten mois mes meses mese mesi mês maand maanden månad månader måned "
    "måneder "
    "miesiąc miesiące miesięcy месяц месяца месяцев ay",
    31557600: "y yr yrs year years jahr jahre jahren an ans année années año años anno anni ano anos jaar år rok lata "
    "lat "
    "год года лет yıl",
}

UNIT_SECONDS: Final = {name: seconds for seconds, names in _UNITS.items() for name in names.split()}
"""Name of a time span -> seconds (a month 30.4 days, a year 365.25)."""

AGO_BEFORE: Final = "il y a|vor|hace|há|fa|depuis|około"
"""Words that stand before a span and mean "ago"."""

AGO_AFTER: Final = "ago|fa|geleden|sedan|siden|temu|atrás|назад|önce|in the past|earlier"
"""Words that stand after a span and mean "ago"."""

DAY_WORDS: Final = {
    "today": 0, "aujourd'hui": 0, "aujourd’hui": 0, "heute": 0, "hoy": 0, "oggi": 0, "hoje": 0, "vandaag": 0,
    "yesterday": 1, "hier": 1, "gestern": 1, "ayer": 1, "ieri": 1, "ontem": 1, "gisteren": 1, "igår": 1, "wczoraj": 1,
    "вчера": 1, "vorgestern": 2, "avant-hier": 2, "anteayer": 2, "l'altro ieri": 2, "anteontem": 2, "eergisteren": 2,
}  # fmt: skip
"""Word -> days before the fetch."""

EVERYDAY_WORDS: Final = frozenset(
    "mar may set out ago gen mag ara des kas oca lip lis sie tem sty lut kwi cze gru ene fev ian iun iul "
    "ott lug giu sett mei maj mai dec".split()
)
"""Month names that are other words elsewhere: with neither a year nor a time beside them they prove nothing."""
