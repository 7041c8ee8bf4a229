"""Tables like those that most people try first, made by formulas: the same columns, gaps and texts, other numbers."""


def penguins() -> str:
    """As palmerpenguins writes it: gaps called NA, text with few values, and the year last."""
    lines = ["species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year"]
    for k in range(90):
        kind = k % 3
        species, island = ("Adelie", "Gentoo", "Chinstrap")[kind], ("Torgersen", "Biscoe", "Dream")[(k // 4 + kind) % 3]
        sizes = [f"{38 + 4 * kind + k % 7 / 10}", f"{18 - kind + k % 5 / 10}", f"{190 + 12 * kind + k % 9}",
                 f"{3700 + 600 * kind + 25 * (k % 11)}"]  # fmt: skip
        sizes = ["NA"] * 4 if k in (3, 51) else sizes
        sex = "NA" if k % 17 == 3 else ("male", "female")[k % 2]
        lines.append(",".join([species, island, *sizes, sex, str(2007 + k // 30)]))
    return "\n".join(lines) + "\n"


def titanic() -> str:
    """As Kaggle writes it: an id, quoted names, tickets, cabins that are mostly missing."""
    lines = ["PassengerId,Survived,Pclass,Name,Sex,Age,SibSp,Parch,Ticket,Fare,Cabin,Embarked"]
    for k in range(120):
        sex, pclass = ("male", "female")[k % 3 == 0], 1 + k * 7 % 3
        age = "" if k % 5 == 4 else str(20 + k * 13 % 41) if k % 11 else "0.83"
        ticket = f"{110000 + 37 * k}" if k % 4 else f"PC {17500 + k}"
        cabin = f"C{k}" if pclass == 1 and k % 2 else ""
        survived = int(sex == "female" or k % 7 == 0)
        lines.append(
            f'{k + 1},{survived},{pclass},"Name{k}, Mr. Some ""Nick""",{sex},{age},{k % 4 % 3},'
            f"{k % 6 // 4},{ticket},{7.25 + k / 8},{cabin},{'SCQ'[k % 5 % 3] if k != 61 else ''}"
        )
    return "\n".join(lines) + "\n"


def elements() -> str:
    """The chemical elements: yes or nothing, names, many gaps, numbers with a slip, a unit in some."""
    lines = [
        "Element,AtomicNumber,Symbol,AtomicMass,Phase,Radioactive,Natural,Metal,Type,AtomicRadius,FirstIonization,Density,"
        "Discoverer,Year,MeltingPoint"
    ]
    kinds = ("Noble Gas", "Transition Metal", "Halogen", "Lanthanide", "Metal")
    for k in range(118):
        lines.append(
            f"Element{k}x,{k + 1},S{k}x,{1.008 + 2.5 * k:.3f},{('gas', 'solid', 'solid', 'liq', 'artificial')[k % 5]},"
            f"{'yes' if k > 83 else ''},{'yes' if k < 92 else ''},{'yes' if k % 5 in (1, 3, 4) else ''},{kinds[k % 5]},"
            f"{'' if k > 99 else round(0.5 + k % 18 / 10, 2)},{'' if k > 103 else 4 + k * 7 % 20 + 0.5},"
            f"{'' if k > 105 else round(0.1 + k * 0.2, 3)},{f'Person{k * 3 % 97}x' if k % 9 else ''},"
            f"{'Prehistoric' if k % 10 == 0 else 1700 + k},{'' if k > 100 else 14 + k * 17 % 3000}"
        )
    return "\n".join(lines) + "\n"
