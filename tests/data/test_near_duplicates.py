"""Texts that are alike: at which likeness they count."""

from rtlvr.data.near_duplicates import index_of, signature


def test_a_threshold_of_one_keeps_all_but_equal_texts() -> None:
    words = [f"w{i}" for i in range(300)]
    index = index_of([("one", signature(words))], 1.0)
    assert index.nearest(signature(words)) == ("one", 1.0)
    assert index.nearest(signature([*words[:-30], "other"])) is None
