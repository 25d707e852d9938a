"""The rules by the names under which training may choose them."""

from collections.abc import Callable

from . import published, published_groups
from .ours import NARROW, OURS, Parts, made_of
from .sampling import Policy, Size

Maker = Callable[[Size, int], Policy]
PUBLISHED: dict[str, Maker] = {**published.RULES, **published_groups.RULES}
OWN: dict[str, Maker] = {"ours": made_of(OURS), "ours-narrow": made_of(NARROW)}
RULES = (*PUBLISHED, "tracking", *OWN)


def made(
    rule: str, size: Size, seed: int, carry: int | None = None, history: bool = False, margin: float = 0.0
) -> Policy:
    """The policy of a name.

    Args:
        carry: for how many steps a surplus group may wait; None: as the rule has it. `tracking` carries 0 by itself.
        history: of `tracking`: prompts whose answers were all alike are drawn less often.
        margin: of `tracking`: standard deviations that it draws above its expectation.

    Raises:
        ValueError: there is no such rule.
    """
    if rule not in RULES:
        raise ValueError(f"got rule {rule!r}; allowed: {', '.join(RULES)}")
    if rule == "tracking":
        return made_of(Parts(carry or 0, history, margin=margin))(size, seed)
    policy = (PUBLISHED | OWN)[rule](size, seed)
    if carry is not None:
        policy.carry = carry
    return policy
