"""
The analytics, folding its log all the time and in small slices, and pruning often.

As it is, 5 s pass before it folds, and what ten clients did is one slice: a kill in the midst of
folding would take long to come. Of several, another one folds soon when that one dies, and rows
that are folded go soon.
FAULT_POINT says where it is killed (kill_points.py).
"""

import os
import sys

import analiticas
from consuming import tending
from postgres.shared import fold_turn, shared_log
from storing import delta_log, folding
from tests.faults import kill_points

delta_log.SEAL_SECONDS = float(os.environ.get("SEAL_SECONDS", "0.1"))
delta_log.FOLD_CELLS = 2
folding.PRUNE_SECONDS = 0.2
tending.TEND_SECONDS = 0.02
fold_turn.TURN_SECONDS, fold_turn.RENEW_BELOW = 0.5, 0.3
shared_log.KEPT_SECONDS = 0.5

if point := os.environ.get("FAULT_POINT"):
    kill_points.install(kill_points.armed(point))
sys.exit(analiticas.main())
