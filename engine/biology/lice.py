"""Parameters of salmon lice and of when they are treated."""

from __future__ import annotations

from dataclasses import dataclass

from engine.biology.values import NotNegative, Number, Share, ShareVector, Vector, Whole


@dataclass(frozen=True, kw_only=True)
class Lice:
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
    pressure_temp_slope: Number
    treatment_lead_days: Whole
    treatment_interval_days: Whole
    treatment_rings_a_day: Whole
    loss_spread: ShareVector
