"""Computes every number of a derivation (`enerlog why --json`, standard input) again from those shown under it, in exact fractions, apart
from the program's code. Prints how many were computed; exit 1 with the place of the first that differs."""
import json
import re
import sys
from datetime import datetime, timedelta
from fractions import Fraction

ADDS_UP = ("kWh", "kvarh", "kVAh", "m3", "m3*degC", "GJ", "Gcal", "t", "imp", "h")
LAYERS = ("bypass", "best", "interval", "profile")
computed = 0


def same(node, what, got, wanted):
    global computed
    computed += 1
    if got != wanted:
        sys.exit(f"{node['text']}: {what} gives {got}, not {wanted}")


def inputs(node, *kinds):
    return [child for child in node.get("inputs", []) if child["kind"] in kinds]


def number(node, name="value"):
    return None if node.get(name) is None else Fraction(node[name])


def micro(value):
    """Half up, away from zero, to 1e-6."""
    scaled = abs(value) * 10**6 + Fraction(1, 2)
    return Fraction(scaled.numerator // scaled.denominator, 10**6) * (-1 if value < 0 else 1)


def check_interval(node):
    value = number(node)
    if value is None or inputs(node, "replacement"):
        return
    profile = [number(one) for one in inputs(node, "profile")]
    first = [number(one) for one in inputs(node, "read_from")]
    last = [number(one) for one in inputs(node, "read_to")]
    read = profile[0] if profile else last[0] - first[0]
    for constant in inputs(node, "constant"):
        same(node, "pulses", Fraction(1, constant["pulses_per_unit"] * constant["divisor"]) > 0, True)
    if read >= 0:
        same(node, "reading * ratio", micro(read * Fraction(node["ratio"])), value)
    for ratio in inputs(node, "ratio"):
        if not inputs(node, "constant"):
            same(ratio, "current * voltage", Fraction(ratio["current"]) * Fraction(ratio["voltage"]), Fraction(node["ratio"]))


def check_profile(node):
    for reading in inputs(node, "reading"):
        if reading.get("counts"):
            same(node, "the reading that counts", number(reading), number(node))


def check_channel(node):
    top = [one for one in inputs(node, *LAYERS)]
    live = number(node, "live") if "live" in node else number(node)
    if top:
        same(node, "the top layer", number(top[0]), live)


def check_substitute(node):
    """E-01: a + (b - a) i / (n + 1); E-02: the mean of the like days; E-03: the check meter's."""
    filled = node["substitute"]
    values = [number(one, "live" if "live" in one else "value") for one in inputs(node, "channel")]
    if filled.get("method") == "E-01" and len(values) == 2:
        first, slot, last = (datetime.fromisoformat(text) for text in
                             (filled["inputs"][0]["to"], node["slot"], filled["inputs"][1]["from"]))
        share = Fraction((slot - first) // timedelta(seconds=1), (last - first) // timedelta(seconds=1))
        slots = filled["slots"]
        place = int(share * slots) + 1
        same(node, "the straight line", micro(values[0] + (values[1] - values[0]) * place / (slots + 1)), number(node))
    elif filled.get("method") == "E-02" and values and None not in values:
        same(node, "the mean of like days", micro(sum(values) / len(values)), number(node))


def lenient(*values):
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def strict(*values):
    return None if None in values else sum(values)


def check_formula(node):
    parts = inputs(node, "part")
    whole = number(parts[0])
    for operand in inputs(node, "operand"):
        slots = [child for child in operand.get("inputs", []) if child["kind"] in ("channel", "formula")]
        shown = [part for part in parts if part.get("operand") == operand["operand"]]
        if shown and slots and "prev" not in operand["text"]:
            values = [number(one, "live" if "live" in one else "value") for one in slots]
            total = strict(*values)
            if total is not None and slots[0]["unit"] not in ADDS_UP:
                total = micro(total / len(values))
            same(operand, "its slots", total, number(shown[0]))
    if re.search(r"prev|day|raw|coalesce|heat|gas|steam|valid|missing|cnt", node["expression"]):
        return
    names = {part["operand"]: number(part) for part in parts if "operand" in part}
    hours = [number(part) for part in parts if part.get("op") == "hours"]
    text = re.sub(r'[@#][\w.]+[\w+]|loss\("[^"]*"\)|\d+(?:\.\d+)?',
                  lambda found: f"value[{found.group(0)!r}]" if found.group(0)[0] in "@#l" else f"Fraction('{found.group(0)}')",
                  node["expression"])
    text = text.replace("sum~(", "lenient(").replace("sum(", "strict(").replace("if(", "choose(")
    text = re.sub(r"\bas\(", "stated(", text)
    scope = {"value": names, "Fraction": Fraction, "lenient": lenient, "strict": strict,
             "choose": lambda condition, yes, no: yes if condition else no,
             "stated": lambda amount, _: amount, "assumed": lambda amount: amount,
             "hours": lambda: hours[0], "sq": lambda amount: amount * amount,
             "sumsq": lambda *amounts: sum(amount * amount for amount in amounts)}
    try:
        same(node, "the expression", micro(eval(text, {"__builtins__": {}}, scope)), whole)
    except TypeError:
        same(node, "an operand without a value", whole, None)


def check_balance(node):
    if number(node, "imbalance") is not None:
        sides = number(node, "in") - number(node, "out") - (number(node, "losses") or 0)
        same(node, "in - out - losses", sides, number(node, "imbalance"))


CHECKS = {"interval": check_interval, "profile": check_profile, "channel": check_channel, "formula": check_formula,
          "balance": check_balance, "substitute": check_substitute}


def check(node):
    CHECKS.get(node["kind"], lambda _: None)(node)
    for child in node.get("inputs", []):
        check(child)


check(json.load(sys.stdin)["why"])
print(computed)
