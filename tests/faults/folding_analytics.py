"""
The analytics, folding its log all the time and in small slices, and pruning often.

As it is, 5 s pass before it folds, and what ten clients did is one slice: a kill in the midst of
folding would take long to come.
"""

import sys

import analiticas
from consuming import batch_counter
from storing import counts, delta_log

delta_log.SEAL_SECONDS = 0.1
delta_log.FOLD_CELLS = 2
counts.PRUNE_SECONDS = 0.2
batch_counter.TEND_SECONDS = 0.02

sys.exit(analiticas.main())
