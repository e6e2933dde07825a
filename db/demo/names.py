"""What people, streets and firms of the demonstration company are called, written by hand for twelve countries."""

from typing import NamedTuple


class Names(NamedTuple):
    """The names of one country. `street` is how a house number goes with a street."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    streets: tuple[str, ...]
    street: str
    firm: str


def _names(women: str, men: str, families: str, streets: str, street: str, firm: str) -> Names:
    parts = [tuple(text.split(", ")) for text in (women, men, families, streets)]
    return Names(parts[0], parts[1], parts[2], parts[3], street, firm)


BEFORE, AFTER = "{number} {street}", "{street} {number}"

COUNTRIES: dict[str, Names] = {
    "DE": _names(
        "Anna, Lena, Marie, Johanna, Katrin, Sabine, Frieda, Clara, Heike, Miriam, Nele, Ute",
        "Jonas, Felix, Matthias, Stefan, Paul, Tobias, Karl, Moritz, Uwe, Henning, Lukas, Jan",
        "Müller, Schneider, Hartmann, Vogel, Krüger, Brandt, Lehmann, Sommer, Winkler, Roth, Böhm, Jansen, Seidel, "
        "Kaiser, Engel, Albrecht, Lindner, Thoma",
        "Lindenstraße, Gartenweg, Bahnhofstraße, Goethestraße, Am Markt, Kastanienallee, Schillerplatz, Mühlenweg, "
        "Hafenstraße, Rosenstraße",
        AFTER,
        "GmbH",
    ),
    "AT": _names(
        "Elisabeth, Theresa, Magdalena, Eva, Barbara, Sophie, Veronika, Christina",
        "Florian, Andreas, Maximilian, Georg, Wolfgang, Sebastian, Michael, David",
        "Gruber, Huber, Wagner, Steiner, Moser, Mayer, Hofer, Leitner, Fuchs, Eder, Pichler, Reiter",
        "Neubaugasse, Ringstraße, Kirchengasse, Wiener Straße, Schulgasse, Feldgasse, Mozartplatz, Annenstraße",
        AFTER,
        "GmbH",
    ),
    "CH": _names(
        "Laura, Nina, Céline, Regula, Chiara, Vreni, Léa, Seraina",
        "Reto, Beat, Urs, Luca, Nicolas, Marco, Yves, Daniel",
        "Meier, Keller, Baumann, Favre, Rochat, Bianchi, Zürcher, Graf, Frei, Ammann, Jaquet, Bernasconi",
        "Dorfstrasse, Seestrasse, Rue du Lac, Bergstrasse, Rue des Alpes, Birkenweg, Rathausgasse, Quai du Rhône",
        AFTER,
        "AG",
    ),
    "FR": _names(
        "Camille, Juliette, Manon, Claire, Hélène, Inès, Margaux, Sylvie, Amélie, Zoé",
        "Antoine, Julien, Mathieu, Hugo, Étienne, Rémi, Olivier, Baptiste, Thierry, Gaël",
        "Martin, Lefèvre, Moreau, Girard, Bonnet, Fontaine, Rousseau, Chevalier, Gauthier, Perrin, Mercier, Lambert, "
        "Roche, Besson",
        "rue de la République, rue Victor Hugo, avenue Jean Jaurès, rue des Lilas, place du Marché, quai de la Fosse, "
        "rue du Moulin, boulevard Pasteur",
        BEFORE,
        "SARL",
    ),
    "IT": _names(
        "Giulia, Francesca, Chiara, Elena, Martina, Alessandra, Paola, Silvia",
        "Marco, Alessandro, Matteo, Davide, Lorenzo, Simone, Riccardo, Paolo",
        "Rossi, Ferrari, Ricci, Marino, Greco, Conti, Galli, Fontana, Moretti, Barbieri, Rinaldi, Caruso",
        "Via Garibaldi, Via Roma, Corso Italia, Via Mazzini, Via delle Rose, Viale Europa, Piazza Verdi, Via Dante",
        AFTER,
        "S.r.l.",
    ),
    "ES": _names(
        "Lucía, Carmen, Marta, Elena, Núria, Pilar, Alba, Rocío",
        "Javier, Pablo, Álvaro, Sergio, Jordi, Miguel, Rubén, Andrés",
        "García, Navarro, Ortega, Serrano, Molina, Vidal, Castro, Ferrer, Iglesias, Romero, Prieto, Soler",
        "Calle Mayor, Calle del Sol, Avenida de la Paz, Calle Colón, Carrer de Mallorca, Plaza Nueva, Calle Cervantes",
        AFTER,
        "S.L.",
    ),
    "NL": _names(
        "Sanne, Femke, Lotte, Anouk, Marieke, Iris, Fleur, Eline",
        "Daan, Sander, Bram, Jeroen, Thijs, Ruben, Koen, Joost",
        "de Vries, Jansen, Bakker, Visser, Smit, Mulder, van Dijk, Hendriks, Dekker, Postma, Kuiper, van Leeuwen",
        "Kerkstraat, Molenweg, Prinsengracht, Dorpsstraat, Lindelaan, Havenkade, Oudegracht, Stationsweg",
        AFTER,
        "B.V.",
    ),
    "GB": _names(
        "Emily, Charlotte, Hannah, Rachel, Amelia, Fiona, Grace, Olivia, Heather, Imogen",
        "Thomas, James, Callum, Oliver, Edward, Andrew, Rhys, Simon, Gareth, Alistair",
        "Taylor, Evans, Walker, Hughes, Clarke, Bennett, MacLeod, Foster, Parry, Sutherland, Whitfield, Barnes, "
        "Holloway, Marsh",
        "High Street, Church Lane, Station Road, Victoria Road, Mill Lane, Park Avenue, Queen's Crescent, Albion Row",
        BEFORE,
        "Ltd",
    ),
    "IE": _names(
        "Aoife, Niamh, Ciara, Orla, Sinéad, Róisín, Maeve, Gráinne",
        "Conor, Sean, Cian, Declan, Eoin, Padraig, Fergus, Brendan",
        "Murphy, Kelly, Byrne, O'Brien, Walsh, Doyle, O'Connor, Nolan, Kavanagh, Quinn, Brennan, Keane",
        "Main Street, Shop Street, Merrion Row, Grafton Lane, Quay Street, Chapel Road, Salthill Terrace",
        BEFORE,
        "Ltd",
    ),
    "PL": _names(
        "Agnieszka, Katarzyna, Magda, Zofia, Joanna, Ewa, Hanna, Małgorzata",
        "Piotr, Tomasz, Jakub, Marek, Paweł, Krzysztof, Wojciech, Łukasz",
        "Nowak, Kowalska, Wiśniewski, Zielińska, Mazur, Dąbrowski, Krawczyk, Wrona, Sikora, Pawlak, Baran, Górska",
        "ul. Długa, ul. Polna, ul. Krótka, ul. Mickiewicza, ul. Słoneczna, ul. Lipowa, Rynek Główny, al. Wolności",
        AFTER,
        "Sp. z o.o.",
    ),
    "SE": _names(
        "Astrid, Elin, Ingrid, Maja, Sofia, Karin, Ebba, Linnéa",
        "Erik, Oskar, Lars, Gustav, Nils, Johan, Viktor, Anders",
        "Andersson, Lindqvist, Berg, Nyström, Holm, Sandberg, Ekström, Lund, Björk, Wallin, Åkesson, Forsberg",
        "Storgatan, Kungsgatan, Skolgatan, Björkvägen, Hamngatan, Drottninggatan, Parkvägen, Östra Ågatan",
        AFTER,
        "AB",
    ),
    "US": _names(
        "Madison, Ashley, Natalie, Brooke, Denise, Monica, Jasmine, Paige",
        "Tyler, Brandon, Marcus, Jordan, Kevin, Derek, Austin, Isaiah",
        "Johnson, Williams, Miller, Thompson, Ramirez, Coleman, Brooks, Peterson, Jenkins, Delgado, Hayes, Whitaker",
        "Maple Street, Oak Avenue, Lakeview Drive, Elm Street, Prospect Avenue, Mission Road, Cedar Lane",
        BEFORE,
        "LLC",
    ),
}

#: Families and given names that are at home in every country of the list.
EVERYWHERE_WOMEN = ("Aylin", "Fatima", "Priya", "Linh", "Ngozi", "Yuki", "Mariam", "Olena", "Ana", "Mei")
EVERYWHERE_MEN = ("Emre", "Omar", "Arjun", "Minh", "Chidi", "Kenji", "Yusuf", "Taras", "Rui", "Wei")
EVERYWHERE_FAMILIES = (
    "Yılmaz", "Haddad", "Sharma", "Nguyen", "Okafor", "Tanaka", "Demir", "Kovalenko", "Ferreira", "Chen", "Hosseini",
    "Popescu", "Mensah", "Rahman",
)  # fmt: skip

FIRM_WORDS = (
    "Linde", "Aurora", "Luna", "Meridian", "Kompass", "Orion", "Belvedere", "Corona", "Atlas", "Flora", "Ponte",
    "Riva", "Vista", "Juniper", "Harbour", "Quartier", "Albatros", "Cedar", "Fabrik", "Solveig",
)  # fmt: skip
#: {word}, {family}, {city} and {form} are filled in.
FIRMS = (
    "Café {word}", "Hotel {word}", "{family} & Partner {form}", "{family} Architects", "{word} Software {form}",
    "{family} Dental Practice", "{word} Coworking {form}", "Bakery {family}", "{word} Print Works {form}",
    "{family} Logistics {form}", "Bistro {word}", "{word} Law Office", "{city} School of Music", "{word} Books",
    "{family} Engineering {form}", "Clinic {word}", "{city} Bicycle Workshop", "{word} Interiors {form}",
)  # fmt: skip
SEGMENTS_OF_FIRMS = (
    "café", "hotel", "office", "office", "office", "practice", "office", "café", "office", "office", "café", "office",
    "public", "shop", "office", "practice", "shop", "shop",
)  # fmt: skip

#: name, title, team: the people who work here, best known first. The first is the demonstration's agent.
STAFF = (
    ("Nora Lindqvist", "Customer advisor", "service"),
    ("Miguel Ortega", "Head of customer service", "management"),
    ("Hanna Pawlak", "Customer advisor", "service"),
    ("David Okafor", "Customer advisor", "service"),
    ("Yuki Tanaka", "Customer advisor", "service"),
    ("Fergus Doyle", "Field technician", "technical"),
    ("Priya Sharma", "Field technician", "technical"),
    ("Stefan Böhm", "Workshop technician", "technical"),
    ("Claire Fontaine", "Account manager", "sales"),
    ("Emre Demir", "Account manager", "sales"),
    ("Elisabeth Moser", "Account manager", "sales"),
    ("Oliver Marsh", "Accounts", "accounts"),
    ("Sanne de Vries", "Accounts", "accounts"),
    ("Luca Bernasconi", "Shop floor", "shop"),
)
