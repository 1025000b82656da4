"""A stage as it is lived in one geography: what the file holds by section, put together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FreshwaterStage:
    """A freshwater stage (1 to 5) in one geography's halls.

    temperature_c: degC. tgc: thermal growth coefficient seen at that temperature. tgc_cv: between batches.
    individual_tgc_cv: between fish. fcr: feed over growth. loss: share of the stage's fish that die, on average.
    frailty_sd: of the batch's log hazard. transfer_loss: share of the fish that die in the move that ends the stage.
    """

    temperature_c: float
    tgc: float
    tgc_cv: float
    individual_tgc_cv: float
    fcr: float
    loss: float
    frailty_sd: float
    transfer_loss: float
