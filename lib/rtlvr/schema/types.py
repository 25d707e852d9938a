"""Types of parameters, and what all sections share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ASIDE = "changes no result"

Positive = Annotated[int, Field(gt=0)]
Whole = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(ge=0.0, le=1.0)]
Real = Annotated[float, Field(ge=0.0)]


class Section(BaseModel):
    """A strict, immutable group of parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
