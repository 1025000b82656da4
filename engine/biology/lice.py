"""Parameters of salmon lice and of when they are treated."""

from __future__ import annotations

from engine.biology.sourced import NotNegative, Scalar, Share, Shares, Vector, Whole
from engine.inputs.reading import StrictModel


class Lice(StrictModel):
    attached: Vector
    mobile: Vector
    adult: Vector
    attached_develop: Vector
    mobile_develop: Vector
    reference: Vector
    cleaner_fish: NotNegative
    noise_sd: Vector
    ceiling: Vector
    count_size: Vector
    count_fish: Whole
    own_infection: NotNegative
    pressure_ar1: Share
    pressure_sd: NotNegative
    pressure_temp_slope: Scalar
    treatment_lead_days: Whole
    treatment_interval_days: Whole
    treatment_rings_a_day: Whole
    loss_spread: Shares
