"""Attributes pictures to generators that carry no fingerprint of ours.

A classifier learns which of several sources a picture comes from, by the
traces that every generator leaves anyway. `sources` reads the pictures,
`training` trains, `runs` opens what was trained.

Reference:
    Yu et al., 2019 (https://arxiv.org/abs/1811.08180).
"""
