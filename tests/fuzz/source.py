"""Any bytes into `crucible_train.source`, guided by the code they reach (atheris, libFuzzer).

    python -m tests.fuzz.source -max_total_time=60
    python -m tests.fuzz.source -runs=1000000 -seed=7
    python -m tests.fuzz.source .fuzz/crash-...          # one of them again

The arguments are libFuzzer's. It starts from the example specs, and keeps what reached something new in
`.fuzz/corpus`. It fails as `tests.fuzz.specs` does, and keeps what failed in `.fuzz/`.
"""

from __future__ import annotations

import atexit
import sys
from importlib import import_module
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crucible_train.source"]):
    from crucible_train.source import load_bytes, parse_scalar
    from crucible_train.source.load import load_text
    from crucible_train.source.suppressions import suppress

    # Readers are imported late, which would be too late for instrumentation.
    for text, name in (("a: [1]", "yaml"), ("{}", "json"), ("a = 1", "toml")):
        load_text(text, format=name)
    parse_scalar("[1]")
    for module in ("comments", "extends", "json_scan", "odd", "toml_scan", "yaml_pure", "yaml_syntax"):
        import_module(f"crucible_train.source.{module}")

from crucible_train.result import Ok
from tests.fuzz.mutation import FORMATS, PIECES, seeds
from tests.fuzz.watch import MAX_MIB, TooSlowError, Watch, peak_mib
from tests.support.source_texts import check_well_formed

FUZZ = Path(".fuzz")
WATCH = Watch()
SCALAR = len(FORMATS)


def test_one_input(data: bytes) -> None:
    """The first byte says what the others are given to."""
    if not data:
        return
    which, rest = data[0] % (SCALAR + 1), data[1:]
    try:
        with WATCH.input(repr(data[:40])):
            if which == SCALAR:
                parse_scalar(rest.decode("utf-8", "surrogateescape"))
                return
            result = load_bytes(rest, format=FORMATS[which], name="spec")
            if isinstance(result, Ok):
                suppress(result.value, result.value.warnings)
    except TooSlowError as error:  # atheris takes what is no Exception for an exit
        raise RuntimeError(f"more than a second: {data[:80]!r}") from error
    check_well_formed(result, "spec")


def write_seeds(directory: Path) -> None:
    """The examples, as inputs."""
    directory.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        data = bytes([FORMATS.index(seed.format)]) + seed.text.encode()
        (directory / f"example-{number}").write_bytes(data)


def write_words(path: Path) -> None:
    """What mutations put in, as libFuzzer reads it."""
    words = (piece.encode("utf-8", "surrogatepass")[:60] for piece in PIECES)
    lines = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words)
    path.write_text("".join(lines), encoding="ascii")


def report() -> None:
    """Print the figures that libFuzzer does not."""
    print(f"slowest: {WATCH.slowest_s:.3f} s of the processor ({WATCH.slowest}); peak {peak_mib():.0f} MiB")


def main() -> None:
    """Hand over to libFuzzer, which ends the process."""
    corpus, words = FUZZ / "corpus", FUZZ / "words.txt"
    write_seeds(FUZZ / "examples")
    corpus.mkdir(exist_ok=True)
    write_words(words)
    arguments = sys.argv[1:]
    if all(argument.startswith("-") for argument in arguments):
        arguments += [str(corpus), str(FUZZ / "examples")]
    limits = [
        f"-rss_limit_mb={MAX_MIB}",
        "-timeout=20",
        "-max_len=8192",
        f"-artifact_prefix={FUZZ}/",
        f"-dict={words}",
    ]
    atexit.register(report)
    atheris.Setup([sys.argv[0], *limits, *arguments], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
