"""People: who buys in the demo shop. Nobody lives at these addresses."""

from typing import Final

import msgspec

CURRENCIES: Final = {"GB": "GBP", "US": "USD"}


class Person(msgspec.Struct, frozen=True):
    """Somebody who buys, and where to."""

    name: str
    country: str
    line1: str
    postal_code: str
    city: str
    region: str | None = None

    @property
    def currency(self) -> str:
        """What they pay in."""
        return CURRENCIES.get(self.country, "EUR")

    @property
    def address(self) -> dict[str, str]:
        """Where it goes to."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value}

    def email(self, number: int) -> str:
        """Letters to it arrive nowhere: the domain is one of those that nobody can have."""
        first = self.name.split()[0].casefold()
        return f"{first if first.isascii() else 'buyer'}.{number}@buyers.example"


def _read(line: str) -> Person:
    return Person(*(cell.strip() for cell in line.split("|")))


PEOPLE: Final = tuple(
    _read(line)
    for line in """
    Anneke Jansen | NL | Prinsengracht 214 | 1016 HD | Amsterdam
    Bram Visser | NL | Oudegracht 88 | 3511 AV | Utrecht
    Sanne Bakker | NL | Nieuwe Binnenweg 301 | 3021 GH | Rotterdam
    Daan Mulder | NL | Korte Nieuwstraat 9 | 6511 PP | Nijmegen
    Lotte de Groot | NL | Voldersgracht 17 | 2611 ET | Delft
    Pieter Smit | NL | Grote Markt 4 | 9712 HN | Groningen
    Femke Hendriks | NL | Markt 52 | 6211 CK | Maastricht
    Jasper Kok | NL | Breestraat 120 | 2311 CV | Leiden
    Lena Hoffmann | DE | Kastanienallee 45 | 10435 | Berlin
    Jonas Weber | DE | Eppendorfer Weg 12 | 20259 | Hamburg
    Sophie Krüger | DE | Türkenstraße 61 | 80799 | München
    Emil Schäfer | DE | Brüsseler Straße 3 | 50674 | Köln
    Mia Lehmann | DE | Karl-Heine-Straße 70 | 04229 | Leipzig
    Claire Fontaine | FR | 18 rue des Martyrs | 75009 | Paris
    Hugo Lefèvre | FR | 7 quai Saint-Antoine | 69002 | Lyon
    Inès Moreau | FR | 25 rue Sainte-Catherine | 33000 | Bordeaux
    Lucía Herrera | ES | Calle de Fuencarral 102 | 28004 | Madrid
    Marc Puig | ES | Carrer de Verdi 33 | 08012 | Barcelona
    ليلى حداد | NL | Javastraat 140 | 1094 HP | Amsterdam
    Oliver Bennett | GB | 14 Columbia Road | E2 7RG | London
    Freya Campbell | GB | 3 Victoria Street | EH1 2HE | Edinburgh
    Harry Sullivan | GB | 27 Gloucester Road | BS7 8AE | Bristol
    Isla Morgan | GB | 8 Tib Street | M4 1PQ | Manchester
    Grace Miller | US | 231 Bleecker Street | 10014 | New York | NY
    Ethan Brooks | US | 77 Atlantic Avenue | 11201 | Brooklyn | NY
    Ava Ramirez | US | 940 Valencia Street | 94110 | San Francisco | CA
    Noah Carter | US | 1502 Pike Place | 98101 | Seattle | WA
    """.strip().splitlines()
)
