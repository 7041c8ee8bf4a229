"""Bytes of older encodings, as spreadsheets of Western Europe write them."""

import pytest

from runner.datasets.tables.encodings import text_of

STAFF = "Größe;Straße;Gehalt\n" + "1,80;Hauptstraße;3.200,50 €\n1,75;Königsallee;2.900,00 €\n" * 8


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_german_table_of_windows_keeps_its_letters_and_its_euros(end):
    text, used, notes = text_of(STAFF.replace("\n", end).encode("cp1252"), "auto", "t.csv")
    assert text == STAFF.replace("\n", end) and used == "cp1252"
    assert "read as cp1252" in notes[0]


def test_lines_that_end_as_on_an_old_mac_have_its_letters():
    old = STAFF.replace("€", "EUR").replace("\n", "\r")
    assert text_of(old.encode("mac_roman"), "auto", "t.csv")[0] == old
