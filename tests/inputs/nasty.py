"""YAML that is meant to hurt a reader, by kind, in our own words.

The kinds are those of libyaml's and LLVM's fuzzing, of the YAML test suite's error cases, of the "billion laughs" of
XML (CVE-2003-1564) in YAML's form, and of the well-known list of naughty strings; none of their texts is copied.
"""

from __future__ import annotations

LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
MERGED_LAUGHS = "a0: &a0 {k: ha}\n" + "".join(
    f"a{i}: &a{i} {{x: *a{i - 1}, y: *a{i - 1}, z: *a{i - 1}}}\n" for i in range(1, 30)
)

REFUSED: dict[str, tuple[str, str]] = {
    # kind: the text, and a word of what is said
    "nested aliases": (LAUGHS, "aliases repeat"),
    "nested aliases of mappings": (MERGED_LAUGHS, "aliases repeat"),
    "one alias often": ("a: &a [1, 2, 3, 4]\nb: [" + "*a, " * 5_000 + "*a]\n", "aliases repeat"),
    "an anchor in itself": ("a: &a [1, *a]\n", "own anchor"),
    "an anchor merged into itself": ("a: &a {<<: *a}\n", "own anchor"),
    "no anchor": ("a: *b\n", "no anchor"),
    "1,500 brackets": ("a: " + "[" * 1_500 + "]" * 1_500, "deep"),
    "200,000 brackets": ("a: " + "[" * 200_000, "deep"),
    "200,000 brackets on lines": ("a: " + "[\n" * 200_000, "deep"),
    "200,000 braces": ("a: " + "{b: " * 200_000, "deep"),
    "200,000 dashes": ("a:\n " + "- " * 200_000, "deep"),
    "200,000 question marks": ("? " * 200_000, "deep"),
    "keys in keys": ("a: {" + "? [" * 100_000, "deep"),
    "100,000 levels by blanks": ("".join(" " * i + "a:\n" for i in range(2_000)), "deep"),
    "a mapping as a key": ("{a: 1}: 2\n", "key"),
    "a list as a key": ("? [a]\n: 2\n", "key"),
    "an empty float": ("a: !!float ''\n", "no float"),
    "an empty whole number": ("a: !!int ''\n", "no int"),
    "an empty yes": ("a: !!bool ''\n", "no bool"),
    "an empty date": ("a: !!timestamp ''\n", "no date"),
    "a sign alone": ("a: !!float '-'\n", "no float"),
    "words for a number": ("a: !!int many\n", "no int"),
    "a number of 5,000 digits": ("a: " + "9" * 5_000 + "\n", "characters"),
    "a sexagesimal number without end": ("a: 1" + ":00" * 3_000 + "\n", "characters"),
    "the 30th of February": ("a: 2025-02-30\n", "no date"),
    "a date before the first": ("a: 0000-01-01\n", "no date"),
    "bytes": ("a: !!binary aGFsbG8=\n", "tag"),
    "a set": ("a: !!set {b, c}\n", "tag"),
    "an ordered mapping": ("a: !!omap [b: 1]\n", "tag"),
    "pairs": ("a: !!pairs [b: 1]\n", "tag"),
    "a Python object": ("a: !!python/object/apply:os.system ['true']\n", "tag"),
    "a Python name": ("a: !!python/name:os.system ''\n", "tag"),
    "a tag of its own": ("a: !fish 3\n", "tag"),
    "a tag of a page": ("a: !<tag:example.com,2000:fish> {b: 1}\n", "tag"),
    "a list called a mapping": ("a: !!map [1]\n", "tag"),
    "a key twice": ("a: 1\nb: 2\na: 3\n", "twice"),
    "a key twice, quoted once": ("a: 1\n'a': 2\n", "twice"),
    "a key twice, composed and not": ("\u00e9: 1\ne\u0301: 2\n", "twice"),
    "two documents": ("a: 1\n---\nb: 2\n", "second document"),
    "a merged number": ("a: {<<: 3}\n", "<<"),
    "a merge of numbers": ("a: {<<: [3]}\n", "<<"),
    "a value without end": ("a: '" + "x" * 20_000 + "'\n", "characters"),
    "a key without end": ("'" + "x" * 20_000 + "': 1\n", ""),
    "NUL": ("a: b\0c\n", ""),
    "a control character": ("a: b\x07c\n", ""),
    "half a character": ("a: b\ud800c\n", ""),
    "half a character, escaped": ('a: "b\\ud800c"\n', ""),
    "no character, escaped": ('a: "\\U00110000"\n', ""),
    "a tab for blanks": ("a:\n\t- 1\n\t- 2\n", ""),
    "an open quote": ("a: 'b\n", ""),
    "an open bracket": ("a: [b\n", ""),
    "an unknown directive": ("%FISH 3\n---\na: %b\n", ""),
    "an unknown tag handle": ("a: !fish!b 3\n", ""),
    "a list": ("- 1\n", "not keys and values"),
    "a word": ("fish\n", "not keys and values"),
    "nothing": ("", "not keys and values"),
    "a remark": ("# fish\n", "not keys and values"),
    "19 MB of commas": ("a: [" + "1," * 9_500_000 + "]", "more than"),
    "21 MB": ("a: 1\n" + "# fish\n" * 3_000_000, "larger"),
}

READ: dict[str, tuple[str, object]] = {
    "plain values": (
        "a: [1, -2, 0x10, 1_000, 1.5, 1.0e-3, yes, off, ~, null, '', b c, 'it''s']\n",
        [1, -2, 16, 1000, 1.5, 0.001, True, False, None, None, "", "b c", "it's"],
    ),
    "the usual tags": ("a: [!!str 5, !!int '5', !!float '5', !!null '', ! 5]\n", ["5", 5, 5.0, None, "5"]),
    "newlines of Windows": ("a:\r\n- 1\r\n- 2\r\n", [1, 2]),
    "a mark of the order of bytes": ("\ufeffa: 1\n", 1),
    "an alias": ("b: &b [1, {c: 2}]\na: [*b, *b]\n", [[1, {"c": 2}], [1, {"c": 2}]]),
    "an anchor given again": ("b: &b 1\nc: &b 2\na: *b\n", 2),
    "a merge": ("b: &b {c: 1, d: 2}\na: {<<: *b, d: 3, e: 4}\n", {"c": 1, "d": 3, "e": 4}),
    "a merge of two": ("b: &b {c: 1}\nd: &d {c: 2, e: 3}\na: {<<: [*b, *d]}\n", {"c": 1, "e": 3}),
    "an equals sign": ("a: =\n", "="),
    "a folded text": ("a: >-\n  b\n  c\n", "b c"),
    "a document's marks": ("---\na: 1\n...\n", 1),
    "a version": ("%YAML 1.1\n---\na: 1\n", 1),
    "letters": ("a: Føroyar Skye 東京 🐟\n", "Føroyar Skye 東京 🐟"),
    "twenty deep": ("a: " + "[" * 19 + "]" * 19, eval("[" * 19 + "]" * 19)),
}
